"""Actions and paths of services, each with AWS's recorded behaviour (aws-facts 165 to 170)."""

import json
from typing import Any

import pytest
from conftest import Services
from rest import Rest

JSON_TYPE = "application/json"
JSON = {"Content-Type": JSON_TYPE}
FORM = "'application/x-www-form-urlencoded'"


def test_dynamodb(rest: Rest, services: Services) -> None:
    """The body of a template; the service's JSON; nobody says X-Amz-Target."""
    table = {"TableName": "pets", "BillingMode": "PAY_PER_REQUEST"}
    table["KeySchema"] = [{"AttributeName": "id", "KeyType": "HASH"}]
    table["AttributeDefinitions"] = [{"AttributeName": "id", "AttributeType": "S"}]
    dynamodb = services.client("dynamodb")
    dynamodb.create_table(**table)
    item = '{"TableName": "pets", "Item": {"id": {"S": $input.json(\'$.id\')}}}'
    scan = '{"TableName": "pets"}'
    rest.method("put", "POST", "dynamodb:action/PutItem", requestTemplates={JSON_TYPE: item})
    rest.method("scan", "GET", "dynamodb:action/Scan", requestTemplates={JSON_TYPE: scan})
    absent = {JSON_TYPE: '{"TableName": "none", "Key": {"id": {"S": "1"}}}'}
    refused = {"200": {}, "400": {"selectionPattern": "4\\d{2}"}}
    rest.method("bad", "GET", "dynamodb:action/GetItem", responses=refused, requestTemplates=absent)
    rest.deploy()
    for name in ("test", "test 2"):
        answer = rest.call("/put", headers=JSON, body=json.dumps({"id": name}))
        assert (answer.status, answer.json()) == (200, {})
        assert answer.header("Content-Type") == "application/json"
    found = rest.call("/scan", "GET").json()
    assert found["Count"] == found["ScannedCount"] == 2
    assert {item["id"]["S"] for item in found["Items"]} == {"test", "test 2"}
    answer = rest.call("/bad", "GET")
    assert answer.status == 400
    assert answer.json()["__type"].endswith("#ResourceNotFoundException")


def test_kinesis(rest: Rest, services: Services) -> None:
    """PutRecord and PutRecords."""
    kinesis = services.client("kinesis")
    kinesis.create_stream(StreamName="events", ShardCount=1)
    one = '{"StreamName": "events", "Data": "$util.base64Encode($input.body)", "PartitionKey": "p"}'
    many = """{"StreamName": "events", "Records": [#foreach($r in $input.path('$.records'))
      {"Data": "$util.base64Encode($r.data)", "PartitionKey": "$r.key"}#if($foreach.hasNext),#end
    #end]}"""
    rest.method("one", "POST", "kinesis:action/PutRecord", requestTemplates={JSON_TYPE: one})
    rest.method("many", "POST", "kinesis:action/PutRecords", requestTemplates={JSON_TYPE: many})
    rest.deploy()
    body = '{"kinesis": "snapshot"}'
    answer = rest.call("/one", headers=JSON, body=body).json()
    assert set(answer) >= {"SequenceNumber", "ShardId"}
    records = [{"data": f"bar{n}", "key": "20"} for n in range(3)]
    answer = rest.call("/many", headers=JSON, body=json.dumps({"records": records})).json()
    assert answer["FailedRecordCount"] == 0
    assert len(answer["Records"]) == 3
    start = {"StreamName": "events", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(**start, ShardId=answer["Records"][0]["ShardId"])
    found = kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    assert [record["Data"] for record in found] == [body.encode(), b"bar0", b"bar1", b"bar2"]


def queue(services: Services, name: str) -> tuple[Any, str]:
    """A client and the URL of a new queue."""
    sqs = services.client("sqs")
    return sqs, sqs.create_queue(QueueName=name)["QueueUrl"]


def received(sqs: Any, url: str) -> dict[str, Any]:
    """The only message of a queue."""
    wanted = {"MessageAttributeNames": ["All"], "WaitTimeSeconds": 5}
    (message,) = sqs.receive_message(QueueUrl=url, **wanted)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return message


@pytest.mark.parametrize("prefix", ["MessageAttribute", "MessageAttributes"])
def test_sqs_path(rest: Rest, services: Services, role: str, prefix: str) -> None:
    """A form in a template, attributes, and the role of the integration."""
    sqs, url = queue(services, f"orders-{prefix}")
    account_and_name = "/".join(url.split("/")[-2:])
    template = (
        "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
        f"&{prefix}.1.Name=user-agent&{prefix}.1.Value.DataType=String"
        f"&{prefix}.1.Value.StringValue=$input.params('X-Agent')"
    )
    rest.method(
        "send",
        "POST",
        f"sqs:path/{account_and_name}",
        credentials=role,
        requestParameters={"integration.request.header.Content-Type": FORM},
        requestTemplates={JSON_TYPE: template},
        passthroughBehavior="NEVER",
    )
    rest.deploy()
    headers = {**JSON, "X-Agent": "BAR-Header"}
    answer = rest.call("/send", headers=headers, body='{"foo": "b&r"}')
    assert answer.status == 200, answer.body
    message = received(sqs, url)
    assert json.loads(message["Body"]) == {"foo": "b&r"}
    if prefix == "MessageAttribute":
        sent = message["MessageAttributes"]["user-agent"]
        assert sent == {"DataType": "String", "StringValue": "BAR-Header"}


def test_sqs_action(rest: Rest, services: Services) -> None:
    """Parameters of an action from the method's request."""
    sqs, url = queue(services, "by-action")
    mapped = {
        "integration.request.header.Content-Type": FORM,
        "integration.request.querystring.QueueUrl": f"'{url}'",
        "integration.request.querystring.MessageBody": "method.request.querystring.text",
    }
    rest.method(
        "send",
        "POST",
        "sqs:action/SendMessage",
        ("querystring.text",),
        requestParameters=mapped,
    )
    rest.deploy()
    assert rest.call("/send?text=a%26b%20%C3%A9").status == 200
    assert received(sqs, url)["Body"] == "a&b é"


def test_sns(rest: Rest, services: Services) -> None:
    """A message that a topic hands on to a queue."""
    sns = services.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sqs, url = queue(services, "readers")
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    mapped = {
        "integration.request.header.Content-Type": FORM,
        "integration.request.querystring.TopicArn": f"'{topic}'",
        "integration.request.querystring.Message": "method.request.body.text",
    }
    rest.method(
        "publish",
        "POST",
        "sns:action/Publish",
        requestParameters=mapped,
        requestTemplates={JSON_TYPE: ""},
    )
    rest.deploy()
    assert rest.call("/publish", headers=JSON, body='{"text": "heard & seen"}').status == 200
    assert json.loads(received(sqs, url)["Body"])["Message"] == "heard & seen"


def test_step_functions(rest: Rest, services: Services, role: str) -> None:
    """StartExecution, its answer shortened by a template; a wrong one is 400."""
    states = services.client("stepfunctions")
    machine = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}
    made = states.create_state_machine(name="orders", definition=json.dumps(machine), roleArn=role)[
        "stateMachineArn"
    ]
    template = f"""#set($input_text = $util.escapeJavaScript($input.body))
{{"stateMachineArn": "{made}", "input": "$input_text"}}"""
    responses = {
        "200": {"responseTemplates": {JSON_TYPE: '{"id": $input.json("$.executionArn")}'}},
        "400": {"selectionPattern": "400"},
    }
    for name, text in (("start", template), ("wrong", '{"stateMachineArn": "arn:aws:x"}')):
        rest.method(
            name,
            "POST",
            "states:action/StartExecution",
            credentials=role,
            requestTemplates={JSON_TYPE: text},
            responses=responses,
        )
    rest.deploy()
    answer = rest.call("/start", headers=JSON, body='{"order": 7}')
    assert answer.status == 200, answer.body
    found = states.describe_execution(executionArn=answer.json()["id"])
    assert json.loads(found["input"]) == {"order": 7}
    assert rest.call("/wrong", headers=JSON, body="{}").status == 400


def test_event_bridge(rest: Rest, services: Services) -> None:
    """PutEvents; a rule hands the event on to a queue."""
    events = services.client("events")
    sqs, url = queue(services, "handed-on")
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    events.put_rule(Name="all", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": arn["QueueArn"]}])
    template = (
        '{"Entries": [{"Source": "shop", "DetailType": "order",'
        ' "Detail": "$util.escapeJavaScript($input.body)"}]}'
    )
    rest.method("put", "POST", "events:action/PutEvents", requestTemplates={JSON_TYPE: template})
    rest.deploy()
    answer = rest.call("/put", headers=JSON, body='{"order": 7}').json()
    assert answer["FailedEntryCount"] == 0
    assert json.loads(received(sqs, url)["Body"])["detail"] == {"order": 7}


def test_ssm(rest: Rest, services: Services) -> None:
    """By its JSON protocol, which the definition spells out: moto has no other."""
    services.client("ssm").put_parameter(Name="limit", Value="123", Type="String")
    mapped = {
        "integration.request.header.X-Amz-Target": "'AmazonSSM.GetParameter'",
        "integration.request.header.Content-Type": "'application/x-amz-json-1.1'",
    }
    template = '{"Name": "$input.params(\'name\')"}'
    rest.method(
        "limit",
        "GET",
        "ssm:path//",
        requestParameters=mapped,
        requestTemplates={JSON_TYPE: template},
    )
    rest.deploy()
    found = rest.call("/limit?name=limit", "GET").json()["Parameter"]
    assert (found["Name"], found["Value"], found["Version"]) == ("limit", "123", 1)
