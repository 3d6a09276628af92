"""Every way in which one deed can be asked: its own door, an event, interact, bulk."""

from __future__ import annotations

from itertools import count

from engine.bulk.working import work_all
from engine.schema import metadata

MAY = "davi.rocha"  # a supervisor of every team
_EVENTS = count()
NOTE = {"kind": "note", "text": "junto"}


class Ways:
    """One deed, asked in each way that leads to it. Every way answers with the codes of its refusal; none: done."""

    def __init__(self, house):
        self.house = house
        self.boss = house.as_(MAY)

    def codes(self, answer):
        if answer.status_code < 400:
            return set()
        assert answer.status_code in (403, 404, 409, 412, 422), answer.text
        return {answer.json["code"], *(reason["code"] for reason in answer.json.get("reasons", ()))}

    def bulk(self, caller, protocol, **deed):
        """The dry run must say what applying would: the result of the one ticket, refused or done."""
        job = caller.post("/bulk", {"tickets": [protocol]} | deed)
        if job.status_code >= 400:
            return self.codes(job)
        group = job.json["groups"][0]
        if group["state"] == "ready":
            assert caller.post(f"/bulk/{job.json['id']}/apply", {}).status_code < 400
            work_all(self.house.engine, worker="teste", budget_s=30)
        (found,) = caller.get(f"/bulk/{job.json['id']}/results").json["results"]
        assert (found["state"] == "done") == (group["state"] == "ready"), found
        assert found["state"] in ("done", "refused"), found
        if found["state"] == "done":
            return set()
        return {found["group"].partition(":")[0], *(reason["code"] for reason in found["reasons"])}

    def move(self, caller, protocol, name, **fields):
        event = {"source": "erp", "event_id": f"e-{next(_EVENTS)}"}
        body = {"move": name, "fields": fields}
        return {
            "event": lambda: self.codes(caller.post(f"/tickets/{protocol}/moves", body | event)),
            "interact": lambda: self.codes(caller.post(f"/tickets/{protocol}/interact", body | {"interaction": NOTE})),
            "bulk": lambda: self.bulk(caller, protocol, move=body),
            "bulk of interact": lambda: self.bulk(caller, protocol, interact=body | {"interaction": NOTE}),
            "door": lambda: self.codes(caller.post(f"/tickets/{protocol}/moves", body)),
        }

    def alter(self, caller, protocol, **changes):
        return {
            "bulk": lambda: self.bulk(caller, protocol, alter=changes),
            "door": lambda: self.codes(caller.patch(f"/tickets/{protocol}", changes)),
        }

    def link(self, caller, protocol, other):
        return {
            "bulk": lambda: self.bulk(caller, protocol, link={"ticket": other}),
            "door": lambda: self.codes(caller.post(f"/tickets/{protocol}/links", {"ticket": other})),
            "from the other end": lambda: self.codes(caller.post(f"/tickets/{other}/links", {"ticket": protocol})),
        }

    def say(self, caller, protocol, **words):
        return {
            "interact": lambda: self.codes(caller.post(f"/tickets/{protocol}/interact", {"interaction": words})),
            "bulk": lambda: self.bulk(caller, protocol, interact={"interaction": words}),
            "door": lambda: self.codes(caller.post(f"/tickets/{protocol}/interactions", words)),
        }

    def task(self, caller, protocol):
        return {
            "bulk": lambda: self.bulk(caller, protocol, task={"name": "Ligar"}),
            "door": lambda: self.codes(caller.post(f"/tickets/{protocol}/tasks", {"name": "Ligar"})),
        }

    def refused(self, ways, *codes):
        """Every way is refused, for each of these reasons, and nothing at all becomes of the tickets."""
        assert len(ways) > 1
        for name, way in ways.items():
            before = self.tickets()
            told = way()
            assert set(codes) <= told, (name, told)
            assert self.tickets() == before, name

    def tickets(self):
        """Every row that belongs to a ticket."""
        engine = self.house.engine
        tables = [one for name, one in metadata.tables.items() if "ticket_id" in one.columns or name == "ticket"]
        with engine.reading.connect() as connection:
            return {
                one.name: connection.execute(one.select().order_by(*one.primary_key.columns)).all()
                for one in tables
                if one.name not in {"bulk_item", "access_row", "idempotency"}
            }
