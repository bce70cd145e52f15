// Applies the chosen theme before the first paint, so that nothing flashes; without a choice the system decides.
(() => {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
