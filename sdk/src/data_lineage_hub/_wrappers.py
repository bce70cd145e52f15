"""The four kinds of functions that can be tracked, each wrapped by one of its own kind."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

from data_lineage_hub import _context, _emit
from data_lineage_hub._runs import Job

Function = Callable[..., Any]


def wrap(function: Function, job: Job) -> Function:
    if inspect.iscoroutinefunction(function):
        return functools.wraps(function)(of_coroutine(function, job))
    if inspect.isasyncgenfunction(function):
        return functools.wraps(function)(of_async_generator(function, job))
    if inspect.isgeneratorfunction(function):
        return functools.wraps(function)(of_generator(function, job))
    return functools.wraps(function)(of_function(function, job))


def of_function(function: Function, job: Job) -> Function:
    def tracked(*args: Any, **kwargs: Any) -> Any:
        run = _emit.begin(job)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            _emit.end(run, error)
            raise
        _emit.end(run)
        return result

    return tracked


def of_coroutine(function: Function, job: Job) -> Function:
    async def tracked(*args: Any, **kwargs: Any) -> Any:
        run = _emit.begin(job)
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            _emit.end(run, error)
            raise
        _emit.end(run)
        return result

    return tracked


class Inside:
    """Makes a generator's run the current one for one step: between steps the consumer's code runs, which has its own."""

    __slots__ = ("_before", "_run")

    def __init__(self, job: Job) -> None:
        self._before = _context.current()
        self._run = _emit.begin(job)
        _context.enter(self._before)

    def __enter__(self) -> None:
        self._before = _context.current()
        _context.enter(self._run or self._before)

    def __exit__(self, *details: object) -> None:
        _context.enter(self._before)

    def finish(self, error: BaseException | None = None) -> None:
        """Send the end, once: the first word on how it ended counts."""
        run, self._run, self._before = self._run, None, None
        _emit.finish(run, error)


def of_generator(function: Function, job: Job) -> Function:
    def tracked(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        inside = Inside(job)
        try:
            items = function(*args, **kwargs)
            resume, value = items.send, None
            while True:
                try:
                    with inside:
                        item = resume(value)
                except StopIteration as stop:
                    inside.finish()
                    return stop.value
                try:
                    resume, value = items.send, (yield item)
                except GeneratorExit:
                    with inside:
                        items.close()
                    inside.finish()
                    raise
                except BaseException as error:  # noqa: BLE001 -- thrown in by the consumer, and so handed on
                    resume, value = items.throw, error
        except BaseException as error:
            inside.finish(error)
            raise

    return tracked


def of_async_generator(function: Function, job: Job) -> Function:
    async def tracked(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        inside = Inside(job)
        try:
            items = function(*args, **kwargs)
            resume, value = items.asend, None
            while True:
                try:
                    with inside:
                        item = await resume(value)
                except StopAsyncIteration:
                    inside.finish()
                    return
                try:
                    resume, value = items.asend, (yield item)
                except GeneratorExit:
                    with inside:
                        await items.aclose()
                    inside.finish()
                    raise
                except BaseException as error:  # noqa: BLE001 -- thrown in by the consumer, and so handed on
                    resume, value = items.athrow, error
        except BaseException as error:
            inside.finish(error)
            raise

    return tracked
