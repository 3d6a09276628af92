"""Random diagrams of the kind the linter accepts, in the words of conftest's Drawing."""

from __future__ import annotations

MESSAGES = ("customer_replied", "visit_done")
LARGEST = 300  # nodes and flows together
PRIORITIES = ("alta", "baixa")


def processes(random, draw, *, depth=2, rare=True, closing=True):
    """Some drawings; the first calls the others, at most `depth` levels deep.

    With `rare`, there are error, escalation and terminate ends; with `closing`, situations that are not open.
    """
    drawings = []
    while len(drawings) <= depth:
        level = depth - len(drawings)
        callees = [drawings[-1].key] if drawings and random.random() < 0.9 else []
        drawing = Sketch(random, draw(f"p{level}"), callees, rare=rare, closing=closing, top=level == 0).draw()
        if len(drawing.parts) <= LARGEST:
            drawings.append(drawing)
    return tuple(reversed(drawings))


class Sketch:
    """One process: situations behind merges, and between them whatever a token may pass or wait at."""

    def __init__(self, random, drawing, callees, *, rare, closing, top):
        self.random = random
        self.to = drawing
        self.callees = callees
        self.closing = closing
        self.rare = rare
        self.top = top
        self.count = 0
        self.hubs = []

    def draw(self):
        situations = self.random.randint(2, 4)
        self.hubs = [self.to.gateway(f"antes{n}") for n in range(situations)]
        self.chain(self.to.start(), self.hubs[0], size=self.random.choice((0, 0, 1)))
        for number in range(situations):
            name = self.to.situation(f"s{number}", standing=self.standing("open", "open", "finished", "cancelled"))
            self.to.flow(self.hubs[number], name)
            self.leave(name, number)
            self.listeners(name, lambda event: self.chain(event, self.random.choice(self.hubs)))
        return self.to

    def leave(self, situation, number):
        onward = self.hubs[number + 1] if number + 1 < len(self.hubs) else self.last()
        ways = self.random.randint(1, 3)
        if ways == 1:
            self.chain(situation, onward)
            return
        gateway = self.to.gateway(self.new("escolha"))
        self.to.flow(situation, gateway)
        self.chain(gateway, onward)
        for _ in range(ways - 1):
            self.chain(gateway, self.last() if self.random.random() < 0.2 else self.random.choice(self.hubs))

    def last(self):
        if self.top:
            inner = "<terminateEventDefinition/>" if self.rare and self.random.random() < 0.2 else ""
            return self.to.end(self.new("fim"), inner, standing=self.standing("open", "finished"))
        kinds = ["", "", "<terminateEventDefinition/>", self.to.error("e1"), self.to.error("e2")]
        kinds += [self.to.escalation("x1"), self.to.escalation("x2")]
        return self.to.end(self.new("fim"), self.random.choice(kinds) if self.rare else "")

    def chain(self, source, target, *, size=None, kinds=None, **flow):
        """Some items one after the other; the first flow carries what `flow` says."""
        here = source
        for _ in range(self.random.choice((0, 0, 1, 1, 2)) if size is None else size):
            entry, leaving = self.item(kinds or self.main_kinds())
            self.to.flow(here, entry, self.new("f"), **flow)
            here, flow = leaving, {}
        self.to.flow(here, target, self.new("f"), **flow)

    def main_kinds(self):
        kinds = ["service", "activity", "timer", "message", "automatic", "aside", "block", "block"]
        return kinds + ["call"] * 3 * bool(self.callees)

    def item(self, kinds):
        """Draw one item; where it is entered and where it is left."""
        return getattr(self, f"draw_{self.random.choice(kinds)}")()

    def draw_service(self):
        name = self.to.service(self.new("servico"))
        return name, name

    def draw_activity(self):
        name = self.to.activity(self.new("atividade"))
        if self.random.random() > 0.3:
            return name, name
        merge = self.to.gateway(self.new("depois"))
        self.to.flow(name, merge, self.new("f"))
        self.listeners(name, lambda event: self.to.flow(event, merge, self.new("f")))
        return name, merge

    def draw_timer(self):
        name = self.to.catch(self.new("espera"), self.to.timer(self.duration()))
        return name, name

    def draw_message(self):
        name = self.to.catch(self.new("ouve"), self.to.message(self.random.choice(MESSAGES)))
        return name, name

    def draw_automatic(self):
        before, merge = self.to.service(self.new("servico")), self.new("junta")
        gateway = self.new("decide")
        self.to.flow(before, gateway, self.new("f"))
        default = self.random.random() < 0.8
        self.to.gateway(gateway, default=f"{gateway}_padrao" if default else None)
        self.to.gateway(merge)
        kinds = ("service", "activity", "timer", "message")
        self.chain(gateway, merge, size=1, kinds=kinds, condition=f'priority = "{PRIORITIES[0]}"')
        if default:
            self.to.flow(gateway, merge, f"{gateway}_padrao")
        else:
            self.chain(gateway, merge, size=1, kinds=kinds, condition=f'priority = "{PRIORITIES[1]}"')
        return before, merge

    def draw_block(self, *, nested=True):
        split, join = self.to.parallel(self.new("abre")), self.to.parallel(self.new("fecha"))
        kinds = ["service", "activity", "activity", "timer", "message", "automatic"]
        for _ in range(self.random.randint(2, 3)):
            if nested and self.random.random() < 0.15:
                inner, after = self.draw_block(nested=False)
                self.to.flow(split, inner, self.new("f"))
                self.to.flow(after, join, self.new("f"))
            else:
                self.chain(split, join, size=self.random.choice((0, 1, 1, 2)), kinds=kinds)
        return split, join

    def draw_aside(self):
        split = self.to.parallel(self.new("alem"))
        self.aside(split)
        return split, split

    def draw_call(self):
        name = self.to.call(self.new("chama"), self.random.choice(self.callees))
        merge = self.to.gateway(self.new("depois"))
        self.to.flow(name, merge, self.new("f"))
        self.listeners(name, lambda event: self.chain(event, self.random.choice(self.hubs)))
        if self.rare:
            for code in ("", "e1", "x1", "x2"):
                if code.startswith("x"):
                    event, stays = self.to.escalation(code), self.random.random() < 0.5
                else:
                    event, stays = self.to.error(code), False
                if self.random.random() < 0.7:
                    self.listener(name, event, merge, stays=stays)
        return name, merge

    def listeners(self, host, onward):
        for _ in range(self.random.choice((0, 0, 1, 2))):
            timer = self.random.random() < 0.5
            stays = self.random.random() < 0.5
            event = self.to.timer(self.duration()) if timer else self.to.message(self.random.choice(MESSAGES))
            name = self.to.boundary(self.new("ao_lado"), host, event, interrupting=not stays)
            if stays:
                self.aside(name)
            else:
                onward(name)

    def listener(self, host, event, merge, *, stays):
        name = self.to.boundary(self.new("apanha"), host, event, interrupting=not stays)
        if stays:
            self.aside(name)
        else:
            self.chain(name, merge)

    def aside(self, source):
        rare = self.rare and self.random.random() < 0.05
        end = self.to.end(self.new("fim_lateral"), "<terminateEventDefinition/>" if rare else "")
        kinds = ["service", "activity", "activity", "timer", "message", "automatic"]
        self.chain(source, end, size=self.random.randint(1, 2), kinds=kinds)

    def standing(self, *ones):
        return self.random.choice(ones) if self.closing else "open"

    def duration(self):
        return f"PT{self.random.randint(1, 300)}M"

    def new(self, word):
        self.count += 1
        return f"{word}{self.count}"
