"""What is kept under `serve --data`: all that was answered, whatever ended the process."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from account import Account, Code, arn, refused, running, says
from gateway import Gateway
from polling import eventually

INVOKE = "lambda:InvokeFunction"


def furnish(account: Account) -> None:
    """A function with all that belongs to one, and two others."""
    client = account.client()
    account.create(
        says("one"),
        "kept",
        Description="d",
        MemorySize=512,
        Environment={"Variables": {"A": "ü"}},
        Tags={"a": "b"},
    )
    client.publish_version(FunctionName="kept", Description="first")
    client.update_function_code(FunctionName="kept", ZipFile=says("two").package)
    client.publish_version(FunctionName="kept")
    client.update_function_code(FunctionName="kept", ZipFile=says("three").package)
    client.delete_function(FunctionName="kept", Qualifier="2")
    client.create_alias(FunctionName="kept", Name="live", FunctionVersion="1")
    client.add_permission(FunctionName="kept", StatementId="s", Action=INVOKE, Principal="*")
    client.add_permission(
        FunctionName="kept", Qualifier="live", StatementId="t", Action=INVOKE, Principal="*"
    )
    client.put_function_concurrency(FunctionName="kept", ReservedConcurrentExecutions=3)
    node = "export const main = async () => 'from node';\n"
    account.create(Code.node(node), "node")
    account.create(says("gone"), "gone")
    client.delete_function(FunctionName="gone")


def seen(account: Account) -> dict[str, Any]:
    """Everything that is shown of it."""
    client = account.client()
    asked = {
        "functions": lambda: client.list_functions(FunctionVersion="ALL"),
        "kept": lambda: client.get_function(FunctionName="kept"),
        "versions": lambda: client.list_versions_by_function(FunctionName="kept"),
        "aliases": lambda: client.list_aliases(FunctionName="kept"),
        "policy": lambda: client.get_policy(FunctionName="kept"),
        "policy of live": lambda: client.get_policy(FunctionName="kept", Qualifier="live"),
        "tags": lambda: client.list_tags(Resource=arn("kept")),
        "concurrency": lambda: client.get_function_concurrency(FunctionName="kept"),
        "account": lambda: client.get_account_settings(),
    }
    answers = {name: ask() for name, ask in asked.items()}
    for answer in answers.values():
        del answer["ResponseMetadata"]
    answers["values"] = {
        name: account.value(name) for name in ("kept", "kept:1", "kept:live", "node")
    }
    return answers


@pytest.mark.parametrize("end", [Gateway.kill, None], ids=["killed", "stopped"])
def test_all_is_kept(tmp_path: Path, end: Callable[[Gateway], None] | None) -> None:
    with running(tmp_path) as account:
        furnish(account)
        before = seen(account)
        if end:
            end(account.gateway)
    assert before["values"] == {
        "kept": "three",
        "kept:1": "one",
        "kept:live": "one",
        "node": "from node",
    }
    with running(tmp_path) as account:
        assert seen(account) == before
        client = account.client()
        assert client.publish_version(FunctionName="kept")["Version"] == "3", "2 was given away"
        with refused("ResourceNotFoundException", 404):
            client.get_function(FunctionName="gone")
    assert sorted(path.name for path in (tmp_path / "functions").glob("[!.]*")) == ["kept", "node"]


def test_the_process_of_a_killed_gateway_ends(tmp_path: Path) -> None:
    text = "import os\ndef main(event, context):\n    return os.getpid()\n"
    with running(tmp_path) as account:
        process = account.value(account.create(Code.python(text)))
        assert Path(f"/proc/{process}").exists()
        account.gateway.kill()
        eventually(lambda: is_over(process), "the function's process ends")


def is_over(process: int) -> bool:
    """Whether a process is gone, or waits only for its parent to notice."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1][0] == "Z"
    except FileNotFoundError:
        return True


def test_what_a_crash_left_is_cleared(tmp_path: Path) -> None:
    with running(tmp_path) as account:
        account.create(says("here"), "kept")
    functions = tmp_path / "functions"
    (functions / "half").mkdir()
    (functions / "half" / "code").mkdir()
    (functions / "kept" / "0123.0").mkdir()
    (functions / "kept" / "function.new").write_text("{")
    with running(tmp_path) as account:
        assert account.value("kept") == "here"
        names = [it["FunctionName"] for it in account.client().list_functions()["Functions"]]
        assert names == ["kept"]
        assert not (functions / "half").exists()
        assert not (functions / "kept" / "0123.0").exists()
        account.create(says("new"), "half")
        assert account.value("half") == "new"


def test_a_broken_function_is_named_and_nothing_served_in_its_place(tmp_path: Path) -> None:
    with running(tmp_path) as account:
        account.create(says("here"), "kept")
    file = tmp_path / "functions" / "kept" / "function.json"
    whole = file.read_text()
    file.write_text(whole[: len(whole) // 2])
    with pytest.raises(AssertionError, match=r"kept/function\.json"), running(tmp_path):
        pass
    file.write_text(whole)
    with running(tmp_path) as account:
        assert account.value("kept") == "here"


def test_a_folder_may_be_moved(tmp_path: Path) -> None:
    with running(tmp_path / "a") as account:
        account.create(says("here"), "kept")
        configuration = account.client().get_function_configuration(FunctionName="kept")
    shutil.move(tmp_path / "a", tmp_path / "b")
    with running(tmp_path / "b") as account:
        shown = account.client().get_function_configuration(FunctionName="kept")
        assert shown["RevisionId"] == configuration["RevisionId"]
        assert account.value("kept") == "here"


def test_two_gateways_do_not_share_a_folder(tmp_path: Path) -> None:
    with running(tmp_path) as account:
        name = account.create(says("here"))
        with pytest.raises(AssertionError, match="ringway has ended"), running(tmp_path):
            pass
        assert account.value(name) == "here"


def test_an_ephemeral_gateway_forgets(account: Account) -> None:
    name = account.create(says("here"))
    location = account.client().get_function(FunctionName=name)["Code"]["Location"]
    with running() as other, refused("ResourceNotFoundException", 404):
        other.invoke(name)
    assert Path(location.removeprefix("file://")).is_dir()
    assert json.dumps(account.value(name)) == '"here"'
