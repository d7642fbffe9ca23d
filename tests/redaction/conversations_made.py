"""Conversations of programs that make ids, with services whose answers are known: what a replay may answer is known, too."""

import hashlib
import json
import random

from recproxy.recording import Interaction, Request, Response

JSON = ((b"Content-Type", b"application/json"),)
ACTIONS = ("create", "put", "read", "find", "list", "upload", "handed out", "note", "absent")


class Service:
    """Answers by what a request says, and by what it was told before: never by how often it was asked."""

    def __init__(self):
        self.orders = {}

    def answer(self, method, path, body):
        """The status and body of an answer."""
        said = json.loads(body) if body else {}
        if path == "/orders" and method == "POST":
            self.orders[said["id"]] = said
            return 201, {"id": said["id"], "state": "new"}
        if path.startswith("/orders/"):
            key = path.rpartition("/")[2]
            if method == "PUT":
                self.orders[key] = said
                return 200, {"id": key, **said}
            return (200, self.orders[key]) if key in self.orders else (404, {"error": "no such order"})
        if path.startswith("/customers/"):
            key = path.rpartition("/")[2]
            return 200, {"id": key, "name": _word(key)}
        if path == "/find":
            return 200, {"found": _word(said["customer"]), "customer": said["customer"]}
        if path.startswith("/blobs/"):
            return 200, {"size": len(body)}
        if path == "/sessions":
            return 200, {"session_number": _word(said["user"]), "id": f"{_number(said['user']):032x}"}
        return 200, {"kept": said}


def _number(text):
    return int(hashlib.sha256(text.encode()).hexdigest()[:32], 16)


def _word(text):
    return f"name {_number(text) % 10**6}"


def steps(rng, fresh, chosen):
    """The requests of one program: method, path, body. `fresh` gives an id that it makes, `chosen` one that a test has."""
    made, asked = [], []
    for number in range(rng.randint(2, 8)):
        action = rng.choice(ACTIONS)
        if action == "create" or (action in ("note", "list") and not made):
            made.append(fresh())
            asked.append(("POST", "/orders", {"id": made[-1], "item": f"item {number}", "customer": chosen()}))
        elif action == "put":
            made.append(fresh())
            asked.append(("PUT", f"/orders/{made[-1]}", {"item": f"item {number}"}))
        elif action == "read":
            asked.append(("GET", f"/customers/{chosen()}", None))
        elif action == "find":
            asked.append(("POST", "/find", {"customer": chosen()}))
        elif action == "upload":
            content = {"content": f"text {rng.randint(1, 3)}"}
            digest = hashlib.md5(json.dumps(content).encode(), usedforsecurity=False).hexdigest()
            asked.append(("PUT", f"/blobs/{digest}", content))
        elif action == "handed out":
            user = f"user {rng.randint(1, 3)}"
            asked.append(("POST", "/sessions", {"user": user}))
            asked.append(("POST", "/notes", {"session": f"{_number(user):032x}", "text": f"note {number}"}))
        elif action == "absent":
            asked.append(("GET", f"/orders/{fresh()}", None))
        elif action == "note":
            asked.append(("POST", "/notes", {"about": rng.choice(made), "text": f"note {number}"}))
        else:
            asked.append(("GET", f"/orders/{rng.choice(made)}", None))
    return asked


def interactions(asked):
    """The interactions of these requests with a service of their own."""
    service = Service()
    found = []
    for method, path, value in asked:
        body = b"" if value is None else json.dumps(value).encode()
        status, said = service.answer(method, path, body)
        found.append(
            Interaction(
                request=Request(
                    method=method, url=f"https://api.example{path}", headers=JSON if body else (), body=body, wild=None
                ),
                response=Response(status=status, headers=JSON, body=json.dumps(said).encode(), wild=None),
            )
        )
    return found


def program(seed, kinds, now):
    """The requests of one program in two runs, the ids that each run made, and the values that stand in its project.

    Of ten values that a test chose three stand nowhere: they come from a generator with a seed.
    """
    kind = random.Random(f"{seed} kind").choice(list(kinds))
    chosen_rng = random.Random(f"{seed} chosen")
    constants = [kinds[chosen_rng.choice(("uuid4", "32 hexadecimal digits"))](chosen_rng, now) for _ in range(4)]
    made = ([], [])
    hidden = {each for each in constants if chosen_rng.random() < 0.3}

    def run(number, moment):
        rng, source = random.Random(seed), random.Random(f"{seed} {number}")

        def fresh():
            made[number].append(kinds[kind](source, moment))
            return made[number][-1]

        return steps(rng, fresh, lambda: rng.choice(constants))

    return run(0, now - 60), run(1, now + 86400), made, [each for each in constants if each not in hidden]


def in_another_order(asked, fresh, seed):
    """The requests in another order, in which those that have one `fresh` id keep theirs: nothing is read before it is made."""
    left, ordered, rng = list(asked), [], random.Random(seed)
    while left:
        step = rng.choice([step for number, step in enumerate(left) if not _waits(step, left[:number], fresh)])
        left.remove(step)
        ordered.append(step)
    return ordered


def _waits(step, before, fresh):
    own = {each for each in fresh if each in json.dumps(step)}
    return any(each in json.dumps(other) for each in own for other in before)
