"""Many clients at once lose no change, and no request at the data port."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from apis import create_api, delete_api, deploy, patch, put_mock, unique

THREADS = 20
EACH = 5
DEPLOYMENTS = 30


def at_once(work: Callable[[int], object], threads: int = THREADS) -> list:
    """The results of some work that all threads begin together."""
    start = threading.Barrier(threads)

    def begin(number: int) -> object:
        start.wait(timeout=30)
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(begin, range(threads)))


def test_no_resource_of_one_api_is_lost(client):
    api, root = create_api(client)

    def work(number):
        made = []
        for step in range(EACH):
            resource = client.create_resource(
                restApiId=api, parentId=root, pathPart=f"t{number}-{step}"
            )["id"]
            put_mock(client, api, resource, '{"n": 1}')
            made.append(resource)
        return made

    made = [resource for some in at_once(work) for resource in some]
    assert len(set(made)) == THREADS * EACH
    listed = client.get_resources(restApiId=api, limit=500, embed=["methods"])["items"]
    by_id = {item["id"]: item for item in listed}
    for resource in made:
        integration = by_id[resource]["resourceMethods"]["GET"]["methodIntegration"]
        assert integration["integrationResponses"]["200"]["statusCode"] == "200"
    delete_api(client, api)


def test_no_update_of_one_object_is_lost(client):
    api, root = create_api(client)
    place = put_mock(client, api, root, "{}")

    def work(number):
        for step in range(EACH):
            path = f"/requestParameters/method.request.header.t{number}s{step}"
            client.update_method(**place, patchOperations=[patch("add", path, "false")])

    at_once(work)
    assert len(client.get_method(**place)["requestParameters"]) == THREADS * EACH


def test_one_of_equal_creations_wins(client):
    api, root = create_api(client)

    def work(_):
        try:
            client.create_resource(restApiId=api, parentId=root, pathPart="same")
        except client.exceptions.ConflictException:
            return 0
        return 1

    assert sum(at_once(work)) == 1
    paths = [item["path"] for item in client.get_resources(restApiId=api)["items"]]
    assert paths.count("/same") == 1


def test_apis_of_several_clients_stay_apart(client):
    def work(number):
        api, root = create_api(client, description=str(number))
        for step in range(EACH):
            client.create_resource(restApiId=api, parentId=root, pathPart=f"p{step}")
        return api

    apis = at_once(work)
    for number, api in enumerate(apis):
        assert client.get_rest_api(restApiId=api)["description"] == str(number)
        assert len(client.get_resources(restApiId=api, limit=500)["items"]) == EACH + 1


def test_deployments_lose_no_request_and_mix_no_revisions(gateway, client):
    """Path and body of a revision bear its number; an answer with two numbers would be mixed."""
    api, root = create_api(client)
    place = {**put_mock(client, api, root, revision(0)), "statusCode": "200"}
    deploy(gateway, client, api)
    done, wrong, seen = threading.Event(), [], set()

    def ask(_):
        while not done.is_set():
            answer = gateway.invoke(api, "dev")
            body = answer.json() if answer.status == 200 else {}
            if answer.status != 200 or body["first"] != body["last"]:
                wrong.append((answer.status, answer.body))
            else:
                seen.add(body["first"])

    def change(_):
        try:
            for number in range(1, DEPLOYMENTS + 1):
                template = patch(
                    "replace", "/responseTemplates/application~1json", revision(number)
                )
                client.update_integration_response(**place, patchOperations=[template])
                client.create_deployment(restApiId=api, stageName="dev")
        finally:
            done.set()

    at_once(lambda number: change(number) if number == 0 else ask(number), 9)
    assert wrong == []
    assert len(seen) > 1, "requests met several revisions"
    gateway.settle()
    assert gateway.invoke(api, "dev").json()["last"] == DEPLOYMENTS


def revision(number: int) -> str:
    """A body that says twice which revision it is of."""
    return f'{{"first": {number}, "filler": "{"x" * 2_000}", "last": {number}}}'


def test_parallel_deployments_all_stand(gateway, client):
    """Many stages are deployed at once, and each answers afterwards."""
    api, root = create_api(client)
    put_mock(client, api, root, '{"stage": "$context.stage"}')

    def work(number):
        stage = f"s{number}"
        client.create_deployment(restApiId=api, stageName=stage, description=unique("d"))
        return stage

    stages = at_once(work, 8)
    gateway.settle()
    for stage in stages:
        assert gateway.invoke(api, stage).json() == {"stage": stage}
    assert len(client.get_deployments(restApiId=api, limit=500)["items"]) == len(stages)
