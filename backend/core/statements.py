"""Statements compiled once and run on the driver's own cursor: for the few that every order and every pick pass.

The tables stay the one place that knows columns and types; what is left out is the work that SQLAlchemy does anew each
time it executes. Errors are SQLAlchemy's all the same, for those who tell a broken key from a broken database.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

Values = Mapping[str, Any]
DIALECTS = ("sqlite", "postgresql")
Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A statement as one kind of database takes it. `order` names the parameters of a driver that counts them.

    `literals` are the values it was made with, `defaults` those of an insert's columns where none is given.
    """

    text: str
    order: tuple[str, ...]
    pick: Callable[[Values], Sequence[Any]]
    is_counted: bool
    literals: dict[str, Any]
    defaults: dict[str, Any]
    binds: tuple[tuple[int, Process], ...]
    results: tuple[tuple[int, Process], ...]
    row: Callable[[Sequence[Any]], Any] | None

    def parameters(self, values: Values) -> Any:
        if self.literals:
            values = {**self.literals, **values}
        try:
            given = self.pick(values)
        except KeyError:
            given = self.pick({**self.defaults, **values})
        if self.binds:
            given = list(given)
            for at, process in self.binds:
                given[at] = process(given[at])
        return given if self.is_counted else dict(zip(self.order, given, strict=True))

    def read(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        assert self.row is not None, "this statement returns nothing"
        if not self.results:
            return list(map(self.row, rows))
        return [self.row(self._processed(row)) for row in rows]

    def _processed(self, row: Sequence[Any]) -> Sequence[Any]:
        processed = list(row)
        for at, process in self.results:
            processed[at] = process(processed[at])
        return processed


class Statement:
    """Made once from a `select`, `insert` or `update`. An insert takes every column: what is not given has its default.

    `clause` may be one for each kind of database, by its dialect's name, where they do not say it the same way.
    Run it in an open transaction. Values not named by a parameter are left alone.
    """

    def __init__(self, clause: Any) -> None:
        self._clause = clause
        self._plans: dict[str, _Plan] = {}
        self._last: tuple[Dialect, _Plan] | None = None

    def run(self, connection: Connection, values: Values) -> None:
        self._execute(connection, self._plan(connection.dialect), values).close()

    def run_all(self, connection: Connection, values: Sequence[Values]) -> None:
        """The same for each of many values."""
        plan = self._plan(connection.dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(plan.text, [plan.parameters(each) for each in values])
        except Exception as error:
            raise _told(error, plan.text, connection) from error
        cursor.close()

    def all(self, connection: Connection, values: Values) -> list[Any]:
        """The rows it finds or returns, with their columns as attributes."""
        plan = self._plan(connection.dialect)
        cursor = self._execute(connection, plan, values)
        rows = cursor.fetchall()
        cursor.close()
        return plan.read(rows)

    def one_or_none(self, connection: Connection, values: Values) -> Any | None:
        """The one row it finds or returns."""
        found = self.all(connection, values)
        assert len(found) <= 1, f"{len(found)} rows where there is one at most"
        return found[0] if found else None

    def one(self, connection: Connection, values: Values) -> Any:
        found = self.one_or_none(connection, values)
        if found is None:
            raise sa.exc.NoResultFound("no row where there is one")
        return found

    def _execute(self, connection: Connection, plan: _Plan, values: Values) -> Any:
        assert connection.in_transaction(), "a statement runs inside a transaction"
        driver: Any = connection.connection.dbapi_connection
        try:
            return driver.execute(plan.text, plan.parameters(values))
        except Exception as error:
            raise _told(error, plan.text, connection) from error

    def _plan(self, dialect: Dialect) -> _Plan:
        last = self._last
        if last is not None and last[0] is dialect:
            return last[1]
        plan = self._plans.get(dialect.name)
        if plan is None:
            clause = self._clause[dialect.name] if isinstance(self._clause, Mapping) else self._clause
            plan = self._plans[dialect.name] = _planned(clause, dialect)
        self._last = dialect, plan
        return plan


def listed(name: str, dialect: str) -> Any:
    """The texts of a parameter that is a JSON list: however many there are, it is one parameter of one statement."""
    given = sa.bindparam(name, type_=sa.Text)
    is_postgresql = dialect == "postgresql"
    texts = sa.func.json_array_elements_text(sa.cast(given, sa.JSON)) if is_postgresql else sa.func.json_each(given)
    return sa.select(texts.table_valued("value").c.value)


def insert_unless_there(table: sa.Table, *unique: str) -> Statement:
    """An insert that does nothing where a row has the same values in the columns `unique`; else it returns its id."""
    key = [table.c.id] if "id" in table.c else list(table.primary_key.columns)
    return Statement(
        {
            "postgresql": postgresql.insert(table).on_conflict_do_nothing(index_elements=unique).returning(*key),
            "sqlite": sqlite.insert(table).on_conflict_do_nothing(index_elements=unique).returning(*key),
        }
    )


def insert_or_update(table: sa.Table, *unique: str) -> Statement:
    """An insert that, where a row has the same values in the columns `unique`, gives that row the other values."""

    def put(insert: Any) -> Any:
        others = {column.key: insert.excluded[column.key] for column in table.columns if column.key not in unique}
        return insert.on_conflict_do_update(index_elements=unique, set_=others)

    return Statement({"postgresql": put(postgresql.insert(table)), "sqlite": put(sqlite.insert(table))})


def run_text(connection: Connection, text: str) -> None:
    """A statement without values that no table has a say in, such as a savepoint."""
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute(text).close()
    except Exception as error:
        raise _told(error, text, connection) from error


def _planned(clause: Any, dialect: Dialect) -> _Plan:
    given = _columns_given(clause) if isinstance(clause, sa.Insert) else {}
    compiled = clause.compile(dialect=dialect, column_keys=list(given) or None)
    types = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
    order = tuple(compiled.positiontup or types)
    binds = [types[name].bind_processor(dialect) for name in order]
    literals = {name: value for name, value in compiled.params.items() if value is not None and name not in given}
    columns = list(clause.exported_columns)
    reads = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return _Plan(
        text=str(compiled),
        order=order,
        pick=_picker(order),
        is_counted=bool(compiled.positional),
        literals=literals,
        defaults=given,
        binds=tuple((at, process) for at, process in enumerate(binds) if process is not None),
        results=tuple((at, process) for at, process in enumerate(reads) if process is not None),
        row=_row_of([column.key for column in columns]) if columns else None,
    )


def _picker(order: tuple[str, ...]) -> Callable[[Values], Sequence[Any]]:
    """The parameters out of a mapping. A getter of one name gives no sequence, and there is none of no name."""
    if len(order) > 1:
        return itemgetter(*order)
    return lambda values: [values[name] for name in order]


def _columns_given(insert: Any) -> dict[str, Any]:
    """Every column the database does not number by itself, with the value it has where none is given."""
    table: sa.Table = insert.table
    numbered = table.autoincrement_column
    return {column.key: _default(column.default) for column in table.columns if column is not numbered}


def _default(default: Any) -> Any:
    return default.arg if default is not None and default.is_scalar else None


def _row_of(names: list[str]) -> Callable[[Sequence[Any]], Any]:
    make_type: Any = namedtuple  # its fields are known only now
    make: Callable[[Sequence[Any]], Any] = make_type("Found", names)._make
    return make


def _told(error: Exception, text: str, connection: Connection) -> BaseException:
    """SQLAlchemy's name for what the driver raised; anything else as it is."""
    base: Any = connection.dialect.loaded_dbapi.Error
    if not isinstance(error, base):
        return error
    told: BaseException = sa.exc.DBAPIError.instance(
        text, None, error, base, hide_parameters=True, dialect=connection.dialect
    )
    return told
