// Draws the OpenAPI document with the Swagger UI that django-ninja brings along.
"use strict";

const place = document.getElementById("swagger");
const form = document.querySelector("input[name=csrfmiddlewaretoken]");
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const follow = () => root.classList.toggle("dark-mode", root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

follow();
system.addEventListener("change", follow);
new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.openapi,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  // A signed-in person may try the management routes: their writes need the form's token.
  requestInterceptor: (request) => {
    if (form && new URL(request.url, location.href).origin === location.origin) request.headers["X-CSRFToken"] = form.value;
    return request;
  },
});
