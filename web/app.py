"""Assembles the web application; nothing is built at import."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.file_system import BaseLocalFileSystem
from litestar.static_files import create_static_files_router
from litestar.types import Receive, Scope, Send
from litestar.types.file_types import FileInfo

from kb import KnowledgeBase
from kb.accounts.oidc import OpenIdProvider
from kb.storage.settings import is_loopback
from web.api import api_router
from web.bodies import HELD, HELD_UNKNOWN, SMALL, BoundedRequest, Held
from web.docs_page import DocsPlugin
from web.errors import answer_of, exception_handlers
from web.head import allow_all, taking_head
from web.headers import AddHeaders
from web.logs import logged
from web.openapi import ClosedShapes, openapi_config
from web.pages import pages_router
from web.pages.openid import provider_of
from web.pages.shell import Pages, pages_of
from web.protocol import last_resort
from web.rules import Guard, refuse_unruled
from web.security import Doors
from web.settled import WhoAsks, provide_base, provide_session, provide_visit
from web.visit import Limits, Visits, usual_limits

STATIC = Path(__file__).parent / "static"


def create_app(
    knowledge_base: KnowledgeBase,
    *,
    limits: Limits | None = None,
    loopback: bool = True,
    openid: OpenIdProvider | None = None,
) -> Litestar:
    """The application that serves `knowledge_base`, which the caller closes.

    `loopback`: also answer requests whose Host names this machine, unless the settings have a
    public host name. `openid` replaces the provider of the settings.
    """
    visits = Visits(knowledge_base, limits or usual_limits(), openid)
    pages = Pages(visits)
    settings = knowledge_base.settings
    # One for all requests, as it caches the provider's metadata; made at first use.
    of_settings = lru_cache(1)(provider_of)
    app = Litestar(
        [pages_router(), api_router(), _static_router()],
        dependencies={
            "base": Provide(provide_base, sync_to_thread=False),
            "session": Provide(provide_session, sync_to_thread=False),
            "visit": Provide(provide_visit),
            "limits": Provide(lambda: visits.limits, sync_to_thread=False),
            "openid": Provide(
                lambda: lambda: visits.openid or of_settings(visits.base), sync_to_thread=False
            ),
            "pages": Provide(pages_of(pages), sync_to_thread=False),
        },
        exception_handlers=exception_handlers(pages.error),
        middleware=[WhoAsks(visits)],
        guards=[Guard(visits)],
        before_send=[AddHeaders(secure=settings.secure), allow_all],
        plugins=[ClosedShapes()],
        openapi_config=openapi_config(f"{settings.community}, for programs", DocsPlugin(pages)),
        request_class=BoundedRequest,
        request_max_body_size=SMALL,
        logging_config=None,
        state=State({"visits": visits, "held": Held(HELD), "held_unknown": Held(HELD_UNKNOWN)}),
    )
    refuse_unruled(app)
    names = {settings.host_name} - {""}
    # With a public name set, a request that calls the server localhost came through a proxy.
    loopback = loopback and (not names or is_loopback(settings.host_name))
    doors = Doors(
        taking_head(app.asgi_handler),
        names,
        loopback=loopback,
        proxied=bool(settings.ways),
        refuse=_refusing(pages),
    )
    app.asgi_handler = logged(last_resort(doors))
    return app


def _refusing(pages: Pages) -> Any:
    """Answers errors raised before routing."""

    async def refuse(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        response: Response[Any] = answer_of(request, error, pages.error)
        await response.to_asgi_response(None, request)(scope, receive, send)

    return refuse


class _Files(BaseLocalFileSystem):
    async def info(self, path: Any, **kwargs: Any) -> FileInfo:
        """Stat a file; a name that the system refuses counts as missing."""
        try:
            return await super().info(path, **kwargs)
        except (OSError, ValueError) as error:
            raise FileNotFoundError from error


def _static_router() -> Router:
    return create_static_files_router(
        "/static",
        [STATIC],
        file_system=_Files(),
        cache_control=CacheControlHeader(no_cache=True),
        opt={"rule": "public"},
    )
