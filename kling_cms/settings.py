"""Settings of Kling CMS: one file, read from the environment, loud on a bad value.

Every variable is documented in `.env.example`. A wrong value stops the start with one sentence (`environment.py`).
"""

import sys
from pathlib import Path

import structlog
from django.utils.csp import CSP

from kling_cms.environment import read_environment
from kling_cms.logs import hide_secrets, name_request

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

config = read_environment(BASE_DIR)

SECRET_KEY = config.secret_key
DEBUG = config.debug
ALLOWED_HOSTS = config.allowed_hosts
PUBLIC_URL = config.public_url
CSRF_TRUSTED_ORIGINS = [config.public_url] if config.public_url else []

INSTALLED_APPS = [
    "projects",
    "assets",
    "reviews",
    "kling_cms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_q",
    "django_htmx",
    "django_cotton",
    "django_filters",
    "lucide",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "assets.quiet.QuietPolls",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "projects.middleware.OrganisationMiddleware",
]

ROOT_URLCONF = "kling_cms.urls"
WSGI_APPLICATION = "kling_cms.wsgi.application"
ASGI_APPLICATION = "kling_cms.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kling_cms.context.frame",
            ],
            "builtins": [
                "django.templatetags.static",
                "django.contrib.humanize.templatetags.humanize",
                "lucide.templatetags.lucide",
                "projects.templatetags.house",
            ],
        },
    }
]
COTTON_DIR = "components"

# --- data -------------------------------------------------------------------------------------------------------------
DATABASES = {"default": config.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": config.cache}
MEDIA_ROOT = config.media_root
X_ACCEL_PREFIX = config.x_accel_prefix
S3_PRESIGNED = config.s3_presigned
# Files are never served by their storage address: every one passes a view that asks for the right first.
STORAGES = {
    "default": config.file_storage,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "kling_cms.staticfiles.HashedStaticFiles"
    },
}
STATIC_URL = "static/"
STATIC_ROOT = config.static_root
# Without a collected tree (development, tests) whitenoise serves from the apps' own static folders.
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "projects.uploads.BoundedUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FILES = 50

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "projects.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:  # made to be slow, which only a real password needs
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "projects.adapters.InvitationOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Kling CMS"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or config.insecure_http
USERSESSIONS_TRACK_ACTIVITY = False

# --- the outside ------------------------------------------------------------------------------------------------------
KIE_API_URL = config.kie_api_url
KIE_UPLOAD_URL = config.kie_upload_url
KIE_API_KEY = config.kie_api_key
KIE_WEBHOOK_KEY = config.kie_webhook_key
KIE_CREATES_PER_10S = config.kie_creates_per_10s
KIE_ASKS_PER_SECOND = config.kie_asks_per_second
OUTGOING_ALLOWED = config.outgoing_allowed
MAILERS = {"default": config.mailer}
DEFAULT_FROM_EMAIL = config.default_from_email
SERVER_EMAIL = config.default_from_email

# --- the queue (see projects/queue.py) --------------------------------------------------------------------------------
Q_CLUSTER = {
    "name": "kling",
    "orm": "default",
    "broker_class": "projects.queue.WatchedQueue",
    "workers": 4,
    "timeout": 200,
    "retry": 450,
    "max_attempts": 1,
    "ack_failures": True,
    "queue_limit": 1,
    "bulk": 1,
    "poll": 0.05,  # seconds between looks at an empty queue: half of it is how long a callback waits for its worker
    "catch_up": False,
    "scheduler": False,
    "save_limit": -1,
    "recycle": 500,
    "label": "Queue",
    "ALT_CLUSTERS": {"media": {"workers": 1, "timeout": 300, "retry": 1000, "poll": 0.5}},
}

# --- time and words ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- security ---------------------------------------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "blob:", "data:", *config.media_origins],
    "media-src": [CSP.SELF, "blob:", *config.media_origins],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = not (DEBUG or TESTING or config.insecure_http)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
SESSION_COOKIE_HTTPONLY = True
SESSION_ENGINE = "projects.sessions"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
TRUST_PROXY = config.trust_proxy
METRICS_ALLOWED = config.metrics_allowed
if config.trust_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # whose address the rate limits count

# --- logs -------------------------------------------------------------------------------------------------------------
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"
_shared_processors: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_shared_processors,
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [*_shared_processors, name_request],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(
                    [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
                    if config.log_format == "json"
                    else [
                        # The other formatters print local variables, and with them keys and tokens.
                        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
                    ]
                ),
                hide_secrets,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": config.log_level},
    "loggers": {
        # httpx logs whole URLs at INFO; a result link is a bearer secret for its twenty minutes.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # Through our own lines only: Django's handlers write whole addresses, tokens included.
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django-q": {"level": "WARNING"},
        "django_structlog": {"level": "WARNING" if TESTING else config.log_level},
    },
}
