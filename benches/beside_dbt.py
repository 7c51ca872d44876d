#!/usr/bin/env python3
"""The same project as audiences for plgc and as models for dbt: a first compile, and one after an edit of one.

    python3 benches/beside_dbt.py --dbt PATH/TO/dbt      # needs target/release/plgc and dbt-core with dbt-postgres

plgc reads, checks, compiles and writes all its SQL (`plgc compile`); dbt reads and resolves (`dbt parse`), and writes
no SQL of a model. Neither connects to a database. Figures are CPU seconds of the child process (user and system), the
least of `--runs`, both sides alternately; the edit is another number each time.
"""
import argparse, os, shutil, subprocess, tempfile

from warehouse import PLGC, children_cpu, parent

FOLDED = 200  # audiences of one entity


def base(entity):
    return (
        f"source app.workspaces_{entity} {{ id text; seats_used int; created_at timestamp }}\n"
        f"source app.events_{entity} {{ id text; workspace_id text; kind text; happened_at timestamp }}\n"
        f"entity workspace_{entity} from app.workspaces_{entity} {{ key id }}\n"
        f"event event_row_{entity} from app.events_{entity} {{\n  key id\n  at happened_at\n"
        f"  link workspace -> workspace_{entity} on workspace_id as events\n}}\n")


def audience(n, least):
    entity, kind, days = n // FOLDED, n // 10 % 7, 1 + n // 10 % 60
    made = "" if n % 10 else (
        f"trait t{n // 10} of workspace_{entity} = count(events where kind = 'k{kind}' and happened_at within {days} days)\n")
    of = f"workspace_{entity}" if parent(n) is None else f"a{parent(n)}"
    return made + f"/// Number {n}.\naudience a{n} of {of} where t{n // 10} > {least} or seats_used > {n}\n"


def write_plgc(folder, count):
    with open(os.path.join(folder, "plg.toml"), "w") as out:
        out.write("[project]\nname = 'bench'\n\n[targets.bench]\nengine = 'postgres'\nurl = 'postgres://127.0.0.1:1/none'\n")
    for start in range(0, count, 100):
        write_part(folder, start, count, {})


def write_part(folder, start, count, changed):
    with open(os.path.join(folder, f"part_{start // 100}.plg"), "w") as out:
        out.write(base(start // FOLDED) if start % FOLDED == 0 else "")
        out.writelines(audience(n, changed.get(n, n % 5)) for n in range(start, min(start + 100, count)))


def write_dbt(folder, count):
    os.makedirs(os.path.join(folder, "models"))
    with open(os.path.join(folder, "dbt_project.yml"), "w") as out:
        out.write("name: bench\nversion: '1.0'\nprofile: bench\nmodel-paths: [models]\n")
    with open(os.path.join(folder, "profiles.yml"), "w") as out:
        out.write("bench:\n  target: dev\n  outputs:\n    dev: {type: postgres, host: 127.0.0.1, port: 1, user: x, password: x, dbname: x, schema: plg, threads: 1}\n")
    with open(os.path.join(folder, "models", "sources.yml"), "w") as out:
        out.write("sources:\n  - name: app\n    tables:\n")
        for entity in range((count + FOLDED - 1) // FOLDED):
            out.write(f"      - name: workspaces_{entity}\n      - name: events_{entity}\n")
    for n in range(count):
        entity, kind, days = n // FOLDED, n // 10 % 7, 1 + n // 10 % 60
        if n % 10 == 0:
            write_model(folder, f"t{n // 10}", (
                f"select w.*, coalesce(e.t{n // 10}, 0) as t{n // 10}\nfrom {{{{ source('app', 'workspaces_{entity}') }}}} w\n"
                f"left join (\n  select workspace_id, count(*) as t{n // 10}\n  from {{{{ source('app', 'events_{entity}') }}}}\n"
                f"  where kind = 'k{kind}' and happened_at > now() - interval '{days} days'\n  group by 1\n) e on e.workspace_id = w.id\n"))
        write_dbt_audience(folder, n, n % 5)


def write_dbt_audience(folder, n, least):
    of = f"t{n // 10}" if parent(n) is None else f"a{parent(n)}"
    write_model(folder, f"a{n}", f"-- Number {n}.\nselect *\nfrom {{{{ ref('{of}') }}}}\nwhere t{n // 10} > {least} or seats_used > {n}\n")


def write_model(folder, name, text):
    with open(os.path.join(folder, "models", f"{name}.sql"), "w") as out:
        out.write(text)


def cpu(command, folder):
    before = children_cpu()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return children_cpu() - before


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dbt", default="dbt")
    parser.add_argument("--audiences", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=2)
    args = parser.parse_args()
    dbt = [os.path.abspath(args.dbt) if os.sep in args.dbt else args.dbt, "--quiet", "parse", "--profiles-dir", "."]
    plgc = [os.path.abspath(PLGC), "compile"]
    least = {"plgc first": [], "dbt first": [], "plgc edit": [], "dbt edit": []}
    with tempfile.TemporaryDirectory() as top:
        ours, theirs = os.path.join(top, "plgc"), os.path.join(top, "dbt")
        os.makedirs(ours)
        os.makedirs(theirs)
        write_plgc(ours, args.audiences)
        write_dbt(theirs, args.audiences)
        edited = args.audiences // 2
        for run in range(args.runs):
            shutil.rmtree(os.path.join(ours, "sql"), ignore_errors=True)
            shutil.rmtree(os.path.join(theirs, "target"), ignore_errors=True)
            least["plgc first"].append(cpu(plgc, ours))
            least["dbt first"].append(cpu(dbt, theirs))
            write_part(ours, edited - edited % 100, args.audiences, {edited: 100 + run})
            write_dbt_audience(theirs, edited, 100 + run)
            least["plgc edit"].append(cpu(plgc, ours))
            least["dbt edit"].append(cpu(dbt, theirs))
    for what in ("first", "edit"):
        ours, theirs = min(least[f"plgc {what}"]), min(least[f"dbt {what}"])
        print(f"{args.audiences} audiences, {what}: plgc {ours:.2f} s, dbt {theirs:.2f} s, ratio {theirs / ours:.0f}")


if __name__ == "__main__":
    main()
