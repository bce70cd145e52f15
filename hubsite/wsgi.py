"""The WSGI application of the door and the portal: `granian --interface wsgi hubsite.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubsite.settings")
application = get_wsgi_application()
