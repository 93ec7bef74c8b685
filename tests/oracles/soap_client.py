"""Calls the service of examples/soap as a SOAP library does, from its WSDL alone.

python soap_client.py URL       # prints what it got, as JSON
"""

import json
import sys

import zeep
from zeep.exceptions import Fault
from zeep.helpers import serialize_object

service = zeep.Client(sys.argv[1]).service
try:
    service.getPet(99)
    fault = None
except Fault as error:
    fault = [error.code, error.message]
added = service.addPet({"name": "<&>]]>\"' é", "price": "1.50", "tag": ["a", "b"]})
results = {"first": service.getPet(1), "found": service.findPets("cat"), "added": added}
print(json.dumps({**serialize_object(results, dict), "fault": fault}, default=str))
