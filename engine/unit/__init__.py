"""One command, one transaction: the unit of work and the engine that runs it."""

from engine.unit.answers import Answer, ForgetKeys, Key, forget_keys, idempotency
from engine.unit.running import Engine, hasty
from engine.unit.work import Unit

__all__ = ["Answer", "Engine", "ForgetKeys", "Key", "Unit", "forget_keys", "hasty", "idempotency"]
