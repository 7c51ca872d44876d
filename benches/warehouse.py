#!/usr/bin/env python3
"""Fifty (and five hundred) nested audiences over a generated warehouse, beside the same as hand-written tables.

    python3 benches/warehouse.py sqlite            # needs target/release/plgc and Python's sqlite3
    python3 benches/warehouse.py postgres URL PID  # PID: the server's postmaster, whose children's CPU time is read

Both sides run alternately in one process run. Figures are CPU seconds (user and system) of the side that does the
work: the plgc process on SQLite; plgc and the server's backends on PostgreSQL. The least of `--runs` counts.
What is generated: N workspaces, M events in seven kinds over a year; eight traits; audiences in a tree three deep,
each with about half of its parent's rows. The first run of plgc, which has no parent, does not count: all later ones
build the model, keep who entered and left (nobody), and make the views, which tables by hand do not. Tables by hand stand
beside the first number of audiences alone: an engine that reads its whole schema anew for each renamed table is slow with a thousand.
"""
import argparse, os, random, resource, sqlite3, subprocess, tempfile, time

NOW = "2026-01-01 00:00:00"
PLGC = os.environ.get("PLGC", os.path.join(os.path.dirname(__file__), "..", "target", "release", "plgc"))


def traits():
    return [(f"t{i}", f"k{i % 7}", 5 + 40 * i) for i in range(8)]


def parent(i):
    """The audience that this one narrows; None: all rows. Trees of ten, three deep."""
    return None if i % 10 == 0 else i - i % 10 + (i % 10 - 1) // 3


def audiences(n):
    """Name, parent (None: the entity), condition over the traits and columns, in plg and SQL alike."""
    made = []
    for i in range(n):
        of = None if parent(i) is None else f"a{parent(i)}"
        made.append((f"a{i}", of, f"t{i % 8} > {i % 3} or seats_used > {60 - i % 40}"))
    return made


def program(n):
    lines = [
        "source app.workspaces { id int; plan text; seats_used int; seats_limit int }",
        "source app.events { id int; workspace_id int; kind text; happened_at timestamp }",
        "entity workspace from app.workspaces { key id }",
        "event event_row from app.events {\n  key id\n  at happened_at\n  link workspace -> workspace on workspace_id as events\n}",
    ]
    for name, kind, days in traits():
        lines.append(f"trait {name} of workspace = count(events where kind = '{kind}' and happened_at within {days} days)")
    for name, parent, condition in audiences(n):
        lines.append(f"audience {name} of {parent or 'workspace'} where {condition}")
    return "\n".join(lines) + "\n"


def traits_by_hand(table, since):
    counts = ",\n  ".join(
        f"COUNT(CASE WHEN kind = '{kind}' AND happened_at > {since(days)} THEN 1 END) AS {name}" for name, kind, days in traits())
    zeros = ", ".join(f"COALESCE(e.{name}, 0) AS {name}" for name, _, _ in traits())
    return (f"CREATE TABLE hand_traits AS SELECT w.*, {zeros} FROM {table('workspaces')} w LEFT JOIN (SELECT workspace_id, {counts} "
            f"FROM (SELECT DISTINCT id, workspace_id, kind, happened_at FROM {table('events')} WHERE happened_at <= '{NOW}') d GROUP BY workspace_id) e ON e.workspace_id = w.id")


def by_hand(n, table, since):
    """The pile: a table of traits, then one table an audience on its parent's. It knows nobody's past."""
    out = [traits_by_hand(table, since)]
    for name, parent, condition in audiences(n):
        out.append(f"CREATE TABLE hand_{name} AS SELECT * FROM hand_{parent or 'traits'} WHERE {condition}")
    return out


def by_hand_with_memory(n, table, since):
    """The pile with what plgc keeps: since when each member is one, and a log of who came and went."""
    columns = ", ".join(f"p.{name}" for name in ["id", "plan", "seats_used", "seats_limit"] + [name for name, _, _ in traits()])
    out = [traits_by_hand(table, since)]
    for name, parent, condition in audiences(n):
        out += [
            f"CREATE TABLE hand_{name} AS SELECT {columns}, COALESCE(b.was_since, '{NOW}') AS since FROM hand_{parent or 'traits'} p "
            f"LEFT JOIN (SELECT id AS was_id, since AS was_since FROM before_{name}) b ON b.was_id = p.id WHERE {condition}",
            f"CREATE UNIQUE INDEX hand_{name}_id ON hand_{name} (id)",
            f"INSERT INTO hand_changes SELECT '{name}', id, 'came' FROM hand_{name} h WHERE NOT EXISTS (SELECT 1 FROM before_{name} b WHERE b.id = h.id)",
            f"INSERT INTO hand_changes SELECT '{name}', id, 'went' FROM before_{name} b WHERE NOT EXISTS (SELECT 1 FROM hand_{name} h WHERE h.id = b.id)",
        ]
    return out


def hand_start(n):
    """Empty tables of a run before the first one."""
    made = ["CREATE TABLE hand_changes (audience TEXT, id BIGINT, what TEXT)"]
    return made + [f"CREATE TABLE before_{name} (id BIGINT, since TEXT)" for name, _, _ in audiences(n)]


def hand_turn(n):
    """This run's tables become those of the run before."""
    turned = ["DROP TABLE hand_traits"]
    for name, _, _ in audiences(n):
        turned += [f"DROP TABLE before_{name}", f"ALTER TABLE hand_{name} RENAME TO before_{name}", f"DROP INDEX hand_{name}_id",
                   f"CREATE UNIQUE INDEX before_{name}_id ON before_{name} (id)"]
    return turned


def hand_end(n):
    return ["DROP TABLE hand_changes"] + [f"DROP TABLE before_{name}" for name, _, _ in audiences(n)]


def generate(workspaces, events):
    rng = random.Random(7)
    for i in range(workspaces):
        yield "workspaces", (i, rng.choice(("free", "starter", "pro")), rng.randrange(100), 50)
    for i in range(events):
        day, second = rng.randrange(365), rng.randrange(86400)
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(1735689600 + day * 86400 + second))
        yield "events", (i, rng.randrange(workspaces), f"k{rng.randrange(7)}", at)


def children_cpu():
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


def own_cpu():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def plgc(folder, target, minute):
    at = f"2026-01-01T00:{minute:02}:00Z"
    run = subprocess.run([PLGC, "-C", folder, "run", "-t", target, "--as-of", at], capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(run.stderr)


def write_project(folder, n, config):
    with open(os.path.join(folder, "plg.toml"), "w") as out:
        out.write("[project]\nname = 'bench'\n\n" + config)
    with open(os.path.join(folder, "bench.plg"), "w") as out:
        out.write(program(n))


def timed_sqlite(path, statements):
    base = sqlite3.connect(path)
    before = own_cpu()
    for statement in statements:
        base.execute(statement)
    base.commit()
    used = own_cpu() - before
    base.close()
    return used


def bench_sqlite(args):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "bench.db")
        base = sqlite3.connect(path)
        base.execute("PRAGMA page_size = 16384")  # that of a database that plgc makes
        base.execute("CREATE TABLE app__workspaces (id INTEGER, plan TEXT, seats_used INTEGER, seats_limit INTEGER)")
        base.execute("CREATE TABLE app__events (id INTEGER, workspace_id INTEGER, kind TEXT, happened_at TEXT)")
        rows = {"workspaces": [], "events": []}
        for table, row in generate(args.workspaces, args.events):
            rows[table].append(row)
        for table, some in rows.items():
            base.executemany(f"INSERT INTO app__{table} VALUES (?, ?, ?, ?)", some)
        base.commit()
        del rows
        since = lambda days: f"DATETIME('{NOW}', '-{days} days')"
        table = lambda name: f"app__{name}"
        base.close()
        result = {}
        for n in args.audiences:
            write_project(folder, n, f"[targets.bench]\nengine = 'sqlite'\npath = '{path}'\n")
            ours, hand, memory = [], [], []
            plgc(folder, "bench", len(result) * 20)
            beside = n == args.audiences[0]
            if beside:
                timed_sqlite(path, hand_start(n) + by_hand_with_memory(n, table, since) + hand_turn(n))
            for run in range(args.runs):
                before = children_cpu()
                plgc(folder, "bench", len(result) * 20 + run + 1)
                ours.append(children_cpu() - before)
                if not beside:
                    continue
                hand.append(timed_sqlite(path, by_hand(n, table, since)))
                timed_sqlite(path, [f"DROP TABLE hand_{name}" for name in ["traits"] + [a[0] for a in audiences(n)]])
                memory.append(timed_sqlite(path, by_hand_with_memory(n, table, since)))
                timed_sqlite(path, hand_turn(n))
            if beside:
                timed_sqlite(path, hand_end(n))
            result[n] = (min(ours), min(hand, default=None), min(memory, default=None))
        return result


def backends_cpu(pid):
    """CPU seconds of the postmaster and of every backend that it has waited for or that lives."""
    tick = os.sysconf("SC_CLK_TCK")
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    total = sum(int(fields[i]) for i in (11, 12, 13, 14))
    return total / tick


def psql(url, statements):
    text = ";\n".join(statements) + ";\n"
    subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", url], input=text.encode(), check=True, stdout=subprocess.DEVNULL)


def timed_postgres(url, pid, statements):
    before = backends_cpu(pid)
    psql(url, statements)
    time.sleep(0.3)
    return backends_cpu(pid) - before


def bench_postgres(args):
    url, pid = args.url, int(args.pid)
    psql(url, ["CREATE SCHEMA IF NOT EXISTS app", "SET client_min_messages = warning", "DROP TABLE IF EXISTS app.workspaces, app.events",
               "CREATE TABLE app.workspaces (id BIGINT, plan TEXT, seats_used BIGINT, seats_limit BIGINT)",
               "CREATE TABLE app.events (id BIGINT, workspace_id BIGINT, kind TEXT, happened_at TIMESTAMP)"])
    for table in ("workspaces", "events"):
        copy = subprocess.Popen(["psql", "-X", "-q", url, "-c", f"COPY app.{table} FROM STDIN"], stdin=subprocess.PIPE)
        for name, row in generate(args.workspaces, args.events):
            if name == table:
                copy.stdin.write(("\t".join(map(str, row)) + "\n").encode())
        copy.stdin.close()
        copy.wait()
    psql(url, ["ANALYZE app.workspaces", "ANALYZE app.events"])
    since = lambda days: f"TIMESTAMP '{NOW}' - INTERVAL '{days} days'"
    table = lambda name: f"app.{name}"
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        for n in args.audiences:
            write_project(folder, n, f"[targets.bench]\nengine = 'postgres'\nurl = '{url}'\n")
            ours, hand, memory = [], [], []
            plgc(folder, "bench", len(result) * 20)
            beside = n == args.audiences[0]
            if beside:
                timed_postgres(url, pid, hand_start(n) + by_hand_with_memory(n, table, since) + hand_turn(n))
            for run in range(args.runs):
                before = children_cpu(), backends_cpu(pid)
                plgc(folder, "bench", len(result) * 20 + run + 1)
                time.sleep(0.3)
                ours.append(children_cpu() - before[0] + backends_cpu(pid) - before[1])
                if not beside:
                    continue
                hand.append(timed_postgres(url, pid, by_hand(n, table, since)))
                timed_postgres(url, pid, [f"DROP TABLE hand_{name}" for name in ["traits"] + [a[0] for a in audiences(n)]])
                memory.append(timed_postgres(url, pid, by_hand_with_memory(n, table, since)))
                timed_postgres(url, pid, hand_turn(n))
            if beside:
                timed_postgres(url, pid, hand_end(n))
            result[n] = (min(ours), min(hand, default=None), min(memory, default=None))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=("sqlite", "postgres"))
    parser.add_argument("url", nargs="?")
    parser.add_argument("pid", nargs="?")
    parser.add_argument("--workspaces", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--audiences", type=int, nargs="+", default=[50, 500])
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    result = (bench_sqlite if args.engine == "sqlite" else bench_postgres)(args)
    for n, (ours, hand, memory) in result.items():
        line = f"{args.engine} {n} audiences: plgc {ours:.2f} s"
        if hand is not None:
            line += f"; tables by hand {hand:.2f} s, ratio {hand / ours:.2f}; with since and a log {memory:.2f} s, ratio {memory / ours:.2f}"
        print(line)
    if len(result) == 2:
        (few, (a, _, _)), (many, (b, _, _)) = result.items()
        print(f"{args.engine} {many} beside {few}: {b / a:.1f} times")


if __name__ == "__main__":
    main()
