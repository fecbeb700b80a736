"""What /metrics shows, in a registry of one application's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from storage.charges import Month
from storage.ways import Way


class _Ways(Collector):
    """What the database says of the ways to send; counted there by all senders, so not by this process."""

    def __init__(self) -> None:
        self.known: tuple[Way, ...] = ()

    def collect(self) -> Iterator[Metric]:
        """As Prometheus asks for it."""
        unanswered = CounterMetricFamily(
            "maalem_sends_ambiguous",
            "Sends whose answer never came: the person may see the message twice",
            None,
            ["channel"],
        )
        paused = GaugeMetricFamily(
            "maalem_channel_paused", "1 while nothing is sent there", None, ["channel", "reason"]
        )
        for way in self.known:
            unanswered.add_metric([way.channel], way.unanswered)
            if way.reason is not None:
                paused.add_metric([way.channel, way.reason], 1)
        yield unanswered
        yield paused


class Metrics:
    """Counters of one gateway process, and the queues as the database has them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.webhooks = Counter(
            "maalem_webhooks", "Webhook requests by outcome", ["channel", "outcome"], registry=self.registry
        )
        self.messages = Counter(
            "maalem_messages_received", "Messages kept, without repeats", ["channel"], registry=self.registry
        )
        self.workers = Gauge("maalem_workers_alive", "Workers that gave a sign of life", registry=self.registry)
        self._inbox = Gauge("maalem_inbox_rows", "Messages waiting or set aside", ["state"], registry=self.registry)
        self._outbox = Gauge("maalem_outbox_rows", "Answers by state", ["state"], registry=self.registry)
        self._ways = _Ways()
        self.registry.register(self._ways)
        self._media = Gauge("maalem_media_rows", "Files people sent, by state", ["state"], registry=self.registry)
        self._charges = Gauge(
            "maalem_month_messages",
            "Messages delivered this month, and those the provider charges",
            ["channel", "line", "kind"],
            registry=self.registry,
        )
        self._cap = Gauge(
            "maalem_month_cap_reached",
            "1 where only answers are sent until the month ends",
            ["channel", "line"],
            registry=self.registry,
        )

    def show_charges(self, months: Mapping[tuple[str, str], Month], *, cap: int | None) -> None:
        """Take over what each of our numbers has sent this month, and whether that is as much as may be."""
        self._charges.clear()
        self._cap.clear()
        for (channel, line), month in months.items():
            self._charges.labels(channel, line, "delivered").set(month.delivered)
            self._charges.labels(channel, line, "billable").set(month.billable)
            self._cap.labels(channel, line).set(int(cap is not None and month.delivered >= cap))

    def show_queues(self, inbox: Mapping[str, int], outbox: Mapping[str, int], media: Mapping[str, int]) -> None:
        """Take over how many rows stand in each state now."""
        for gauge, rows in ((self._inbox, inbox), (self._outbox, outbox), (self._media, media)):
            gauge.clear()
            for state, count in rows.items():
                gauge.labels(state).set(count)

    def show_ways(self, ways: Iterable[Way]) -> None:
        """Take over how it is with the ways to send."""
        self._ways.known = tuple(ways)
