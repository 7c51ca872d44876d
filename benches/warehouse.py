#!/usr/bin/env python3
"""Fifty (and five hundred) nested audiences over a generated warehouse, beside the same as hand-written tables.

    python3 benches/warehouse.py sqlite            # needs target/release/plgc and Python's sqlite3
    python3 benches/warehouse.py postgres URL PID  # PID: the server's postmaster, whose children's CPU time is read

Both sides run alternately in one process run. Figures are CPU seconds (user and system) of the side that does the
work: the plgc process on SQLite; plgc and the server's backends on PostgreSQL. The least of `--runs` counts.
What is generated: N workspaces, M events in seven kinds over a year; eight traits; audiences in a tree three deep,
each with about half of its parent's rows. The first run of plgc, which has no parent, does not count: all later ones
build the model, keep who entered and left (nobody), and make the views, which tables by hand do not.
"""
import argparse, os, random, resource, sqlite3, subprocess, tempfile, time

NOW = "2026-01-01 00:00:00"
PLGC = os.environ.get("PLGC", os.path.join(os.path.dirname(__file__), "..", "target", "release", "plgc"))


def traits():
    return [(f"t{i}", f"k{i % 7}", 5 + 40 * i) for i in range(8)]


def audiences(n):
    """Name, parent (None: the entity), condition over the traits and columns, in plg and SQL alike."""
    made = []
    for i in range(n):
        parent = None if i % 10 == 0 else f"a{i - i % 10 + (i % 10 - 1) // 3}"
        made.append((f"a{i}", parent, f"t{i % 8} > {i % 3} or seats_used > {60 - i % 40}"))
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


def by_hand(n, table, since):
    """The pile: a table of traits, then one table an audience on its parent's."""
    counts = ",\n  ".join(
        f"COUNT(CASE WHEN kind = '{kind}' AND happened_at > {since(days)} THEN 1 END) AS {name}" for name, kind, days in traits())
    zeros = ", ".join(f"COALESCE(e.{name}, 0) AS {name}" for name, _, _ in traits())
    out = [f"CREATE TABLE hand_traits AS SELECT w.*, {zeros} FROM {table('workspaces')} w LEFT JOIN (SELECT workspace_id, {counts} "
           f"FROM (SELECT DISTINCT id, workspace_id, kind, happened_at FROM {table('events')} WHERE happened_at <= '{NOW}') d GROUP BY workspace_id) e ON e.workspace_id = w.id"]
    for name, parent, condition in audiences(n):
        out.append(f"CREATE TABLE hand_{name} AS SELECT * FROM hand_{parent or 'traits'} WHERE {condition}")
    return out


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
    subprocess.run([PLGC, "-C", folder, "run", "-t", target, "--as-of", at], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def write_project(folder, n, config):
    with open(os.path.join(folder, "plg.toml"), "w") as out:
        out.write("[project]\nname = 'bench'\n\n" + config)
    with open(os.path.join(folder, "bench.plg"), "w") as out:
        out.write(program(n))


def bench_sqlite(args):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "bench.db")
        base = sqlite3.connect(path)
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
        result = {}
        for n in args.audiences:
            write_project(folder, n, f"[targets.bench]\nengine = 'sqlite'\npath = '{path}'\n")
            ours, hand = [], []
            plgc(folder, "bench", len(result) * 20)
            for run in range(args.runs):
                before = children_cpu()
                plgc(folder, "bench", len(result) * 20 + run + 1)
                ours.append(children_cpu() - before)
                base = sqlite3.connect(path)
                before = own_cpu()
                for statement in by_hand(n, lambda t: f"app__{t}", since):
                    base.execute(statement)
                base.commit()
                hand.append(own_cpu() - before)
                for name in ["hand_traits"] + [f"hand_{a[0]}" for a in audiences(n)]:
                    base.execute(f"DROP TABLE {name}")
                base.commit()
                base.close()
            result[n] = (min(ours), min(hand))
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
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        for n in args.audiences:
            write_project(folder, n, f"[targets.bench]\nengine = 'postgres'\nurl = '{url}'\n")
            ours, hand = [], []
            plgc(folder, "bench", len(result) * 20)
            for run in range(args.runs):
                before = children_cpu(), backends_cpu(pid)
                plgc(folder, "bench", len(result) * 20 + run + 1)
                time.sleep(0.3)
                ours.append(children_cpu() - before[0] + backends_cpu(pid) - before[1])
                before = backends_cpu(pid)
                psql(url, by_hand(n, lambda t: f"app.{t}", since))
                time.sleep(0.3)
                hand.append(backends_cpu(pid) - before)
                psql(url, [f"DROP TABLE hand_{name}" for name in ["traits"] + [a[0] for a in audiences(n)]])
            result[n] = (min(ours), min(hand))
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
    for n, (ours, hand) in result.items():
        print(f"{args.engine} {n} audiences: plgc {ours:.1f} s, tables by hand {hand:.1f} s, ratio {hand / ours:.1f}")
    if len(result) == 2:
        (few, (a, _)), (many, (b, _)) = result.items()
        print(f"{args.engine} {many} beside {few}: {b / a:.1f} times")


if __name__ == "__main__":
    main()
