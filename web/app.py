"""Puts the web together: the only place that makes an application, none at import."""

from pathlib import Path

from litestar import Litestar, Router
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.static_files import create_static_files_router

from kb import KnowledgeBase
from web.api import api_router
from web.docs_page import DocsPlugin
from web.errors import exception_handlers
from web.head import allow_all, taking_head
from web.openapi import openapi_config
from web.pages import pages_router
from web.pages.shell import Pages
from web.security import LoopbackOnly, add_headers

STATIC = Path(__file__).parent / "static"
MAX_BODY = 10_000_000


def create_app(knowledge_base: KnowledgeBase) -> Litestar:
    """The application that shows `knowledge_base`; whoever opened that also closes it."""
    pages = Pages(knowledge_base)
    app = Litestar(
        [pages_router(), api_router(), _static_router()],
        dependencies={
            "base": Provide(lambda: knowledge_base, sync_to_thread=False),
            "pages": Provide(lambda: pages, sync_to_thread=False),
        },
        exception_handlers=exception_handlers(pages.error),
        middleware=[LoopbackOnly()],
        before_send=[add_headers, allow_all],
        openapi_config=openapi_config(
            f"{knowledge_base.settings.community}, for programs", DocsPlugin(pages)
        ),
        request_max_body_size=MAX_BODY,
        logging_config=None,
    )
    app.asgi_handler = taking_head(app.asgi_handler)
    return app


def _static_router() -> Router:
    return create_static_files_router(
        "/static", [STATIC], cache_control=CacheControlHeader(no_cache=True)
    )
