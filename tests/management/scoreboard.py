"""Counts which recorded answers a run reproduced, and says so at its end."""

from collections import Counter

from elsewhere import service_needed
from recordings import REPRODUCED, all_recordings

NOT_RUN = "its test did not run"


class Scoreboard:
    """Outcomes by test and answer, gathered from the reports of the tests."""

    def __init__(self) -> None:
        self.outcomes: dict[tuple[str, str], str] = {}
        self.ran = False

    def pytest_runtest_logreport(self, report) -> None:
        """Takes in what a test has compared."""
        self.ran = self.ran or "test_recorded_" in report.nodeid
        for name, value in report.user_properties:
            if name == "recorded answers":
                test, outcomes = value
                self.outcomes.update({(test, answer): how for answer, how in outcomes.items()})

    def pytest_terminal_summary(self, terminalreporter) -> None:
        """The table of misses, the services others need, and the sum."""
        if not self.ran:
            return
        reproduced, missed, services = 0, [], Counter()
        for test, recording in all_recordings().items():
            for answer in recording.answers:
                service = service_needed(recording, answer)
                outcome = self.outcomes.get((test, answer), NOT_RUN)
                if service:
                    services[service] += 1
                elif outcome == REPRODUCED:
                    reproduced += 1
                else:
                    missed.append((test, answer, outcome))
        write = terminalreporter.write_line
        terminalreporter.section("recorded answers")
        for test, answer, why in missed:
            if why != NOT_RUN:
                write(f"missed {test} {answer}: {shortened(why)}")
        not_run = sum(1 for _, _, why in missed if why == NOT_RUN)
        if not_run:
            write(f"not asked for in this run: {not_run}")
        write("need other services: " + ", ".join(f"{s} {n}" for s, n in sorted(services.items())))
        applicable = reproduced + len(missed)
        write(
            f"recorded answers: {reproduced} of {applicable} reproduced; "
            f"{sum(services.values())} need other services"
        )


def shortened(text: str, length: int = 300) -> str:
    """One line of bounded length."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
