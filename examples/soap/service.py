"""A SOAP 1.1 service of the kind that has been there for twenty years: the stock of a pet shop.

    python service.py [PORT]        # 9001; the WSDL is at http://127.0.0.1:9001/?wsdl

Requests are checked against the schema of the WSDL; what is wrong is a SOAP Fault with status 500.
"""

import collections.abc
import http.cookies
import socketserver
import sys
import urllib.error
import urllib.parse
import urllib.request
import wsgiref.simple_server
from decimal import Decimal as Number
from typing import ClassVar

# spyne finds these through a copy of six that Python 3.12 cannot use.
MOVED = {
    "collections_abc": collections.abc,
    "http_cookies": http.cookies,
    "urllib.error": urllib.error,
    "urllib.parse": urllib.parse,
    "urllib.request": urllib.request,
}
sys.modules.update({f"spyne.util.six.moves.{name}": module for name, module in MOVED.items()})

from spyne import (  # noqa: E402
    Application,
    ComplexModel,
    Decimal,
    Fault,
    Integer,
    ServiceBase,
    Unicode,
    rpc,
)
from spyne.model import XmlAttribute  # noqa: E402
from spyne.protocol.soap import Soap11  # noqa: E402
from spyne.server.wsgi import WsgiApplication  # noqa: E402

NAMESPACE = "urn:example:pets"


class Pet(ComplexModel):
    """A pet; its identifier is an attribute, its tags repeat."""

    __namespace__ = NAMESPACE
    id = XmlAttribute(Integer)
    name = Unicode(min_len=1, max_len=200, min_occurs=1)
    price = Decimal(min_occurs=1, ge=0)
    tag = Unicode(max_occurs="unbounded")


class PetService(ServiceBase):
    """Three operations on a stock in memory."""

    pets: ClassVar[dict[int, Pet]] = {}

    @rpc(Integer(min_occurs=1), _returns=Pet, _in_variable_names={"number": "id"})
    def getPet(ctx, number):
        """The pet with a number, or a fault."""
        if number == 13:
            raise Fault("Server", "the stable is on fire & nobody answers")
        if number not in PetService.pets:
            raise Fault("Client.NotFound", f"no pet <{number}>")
        return PetService.pets[number]

    @rpc(Unicode, _returns=Pet.customize(max_occurs="unbounded"))
    def findPets(ctx, text):
        """The pets whose name or tag holds a text, all of them without one."""
        return [
            pet
            for pet in PetService.pets.values()
            if any((text or "") in part for part in [pet.name, *(pet.tag or [])])
        ]

    @rpc(Pet.customize(min_occurs=1), _returns=Pet)
    def addPet(ctx, pet):
        """Takes a pet in and numbers it."""
        pet.id = 100 + len(PetService.pets)
        PetService.pets[pet.id] = pet
        return pet


class Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    """A thread for each connection."""

    daemon_threads = True


class Handler(wsgiref.simple_server.WSGIRequestHandler):
    """Keeps quiet."""

    def log_message(self, format, *args):
        """Writes no line for each request."""


def application():
    """The service as a WSGI application, with two pets in stock."""
    PetService.pets = {
        1: Pet(id=1, name="Rex", price=Number("120.50"), tag=["dog", "black & white"]),
        2: Pet(id=2, name='Mia "the <cat>"', price=Number(80), tag=["cat"]),
    }
    protocols = {"in_protocol": Soap11(validator="lxml"), "out_protocol": Soap11()}
    return WsgiApplication(Application([PetService], NAMESPACE, name="Pets", **protocols))


def main():
    """Serves until it is stopped."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9001
    server = wsgiref.simple_server.make_server(
        "127.0.0.1", port, application(), server_class=Server, handler_class=Handler
    )
    print(f"SOAP on http://127.0.0.1:{server.server_port}/?wsdl", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
