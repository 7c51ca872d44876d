#!/usr/bin/env python3
"""Writes data/ and data-later/: made-up workspaces and people, the same on every machine.

The second folder is what the first looks like fifteen days later: some upgraded, some outgrew their plan, sales began to talk
to others, one more workspace was put on the exclusion sheet, and a few people left.
"""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
FIRST_DAY = datetime(2026, 3, 2, 9)
LATER = FIRST_DAY + timedelta(days=15)
PLANS = {"free": 3, "starter": 10, "pro": 50, "enterprise": 250}
RANK = {plan: rank for rank, plan in enumerate(PLANS)}
FIRST = "Quiet Lantern Paper Northern Blue Tidy Copper Little Amber Velvet Bright Hollow Marble Cedar Silver".split()
SECOND = "Orchard Works Kites Loom Harbour Garden Bakery Studio Foundry Press Atlas Meadow Forge Cellar Ferry".split()
NAMES = "Ada Ben Cleo Dev Eva Finn Gus Hana Ivo June Kofi Lena Milo Noor Otto Pia Quin Rosa Sami Tess".split()


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class World:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.workspaces, self.users, self.changes = [], [], []
        self.logins, self.emails, self.opportunities, self.exclusions = [], [], [], []

    def fill(self, count):
        for number in range(1, count + 1):
            self.add_workspace(number)
        for opportunity in range(1, count // 6):
            self.add_opportunity(f"006{opportunity:05}", self.random.choice(self.workspaces))
        for workspace in self.random.sample(self.workspaces, 9):
            reason = self.random.choice(["migration", "support case", "asked not to be contacted", ""])
            self.exclusions.append({"workspace_id": workspace["id"], "reason": reason})
        self.exclusions.append({"workspace_id": None, "reason": "(next week)"})

    def add_workspace(self, number):
        pick = self.random
        plan = pick.choices(list(PLANS), [40, 40, 15, 5])[0]
        limit = PLANS[plan]
        id = f"w{number:03}"
        people = []
        for seat in range(pick.randint(1, 7)):
            person = f"u{number:03}{seat}"
            name = f"{pick.choice(NAMES)} {pick.choice(SECOND)}"
            deleted = seat > 0 and pick.random() < 0.05
            people.append(person)
            self.users.append({
                "id": person, "email": f"{person}@{id}.example", "full_name": name, "workspace_id": id,
                "created_at": stamp(FIRST_DAY - timedelta(days=pick.randint(10, 400))),
                "_fivetran_deleted": "true" if deleted else "false", "_fivetran_synced": None,
            })
            self.add_logins(person, FIRST_DAY, 7, pick.choice([0.0, 0.1, 0.4, 0.8]))
        # A consultant owns several workspaces; some owners have left.
        owner = pick.choices([people[0], "u0010", "gone", None], [88, 4, 4, 4])[0]
        extension = FIRST_DAY + timedelta(days=pick.randint(-20, 20)) if pick.random() < 0.1 else None
        self.workspaces.append({
            "id": id, "name": f"{pick.choice(FIRST)} {pick.choice(SECOND)}", "plan": plan,
            "seats_used": max(1, int(limit * pick.triangular(0.2, 2.2, 0.8))), "seats_limit": limit,
            "owner_id": owner, "extension_until": extension and stamp(extension),
            "created_at": stamp(FIRST_DAY - timedelta(days=pick.randint(20, 500))), "_fivetran_synced": None,
        })
        if pick.random() < 0.25:
            self.add_change(id, RANK[plan] + pick.choice([-1, 1, 1]), RANK[plan], FIRST_DAY - timedelta(days=pick.randint(1, 90)))
        if pick.random() < 0.5:
            self.add_emails(f"{people[0]}@{id}.example")

    def add_logins(self, person, until, days, chance):
        for day in range(days):
            if self.random.random() < chance:
                at = until - timedelta(days=day, minutes=self.random.randint(5, 600))
                self.logins.append({"id": f"l{len(self.logins) + 1:05}", "user_id": person, "at": stamp(at)})

    def add_change(self, workspace, old, new, at):
        self.changes.append({
            "id": f"c{len(self.changes) + 1:04}", "workspace_id": workspace, "old_rank": max(old, 0), "new_rank": new,
            "changed_at": stamp(at),
        })

    def add_emails(self, recipient):
        pick = self.random
        sent = FIRST_DAY - timedelta(days=pick.randint(1, 40), minutes=pick.randint(0, 900))
        campaign = pick.choice(["billing", "billing", "newsletter", None])
        for kind, chance, hours in [("SENT", 1.0, 0), ("OPEN", 0.6, 3), ("CLICK", 0.25, 4), ("REPLY", 0.12, 9)]:
            if pick.random() < chance:
                event = {
                    "id": f"e{len(self.emails) + 1:05}", "type": kind, "campaign": campaign, "recipient": recipient,
                    "created": stamp(sent + timedelta(hours=hours)), "_fivetran_synced": None,
                }
                self.emails.append(event)
                if pick.random() < 0.03:  # loaders deliver some rows twice
                    self.emails.append(dict(event))

    def add_opportunity(self, id, workspace):
        stage = self.random.choice(["Prospecting", "Negotiation", "Closed Won", "Closed Lost"])
        self.opportunities.append({
            "id": id, "workspace_id": workspace["id"], "stage": stage,
            "amount": f"{self.random.randint(400, 90_000)}.{self.random.choice(['00', '50', '99'])}",
            "is_deleted": "true" if self.random.random() < 0.1 else "false", "_fivetran_synced": None,
        })

    def some_days_later(self):
        pick = self.random
        over = [w for w in self.workspaces if w["plan"] in ("free", "starter") and w["seats_used"] > w["seats_limit"]]
        largest = sorted(over, key=lambda w: w["seats_used"] / w["seats_limit"])[-3:]
        for workspace in pick.sample([w for w in over if w not in largest], 7) + largest:  # they paid
            old = RANK[workspace["plan"]]
            workspace["plan"] = list(PLANS)[old + 1]
            workspace["seats_limit"] = PLANS[workspace["plan"]]
            self.add_change(workspace["id"], old, old + 1, LATER - timedelta(hours=pick.randint(1, 300)))
        for workspace in pick.sample(self.workspaces, 12):  # they grew
            workspace["seats_used"] += pick.randint(1, 5)
        for number, workspace in enumerate(pick.sample(over, 3)):  # sales began to talk
            self.add_opportunity(f"0069{number:04}", workspace)
            self.opportunities[-1].update(stage="Prospecting", is_deleted="false")
        self.exclusions.append({"workspace_id": pick.choice(over)["id"], "reason": "support case"})
        for person in pick.sample(self.users, 6):
            person["_fivetran_deleted"] = "true"
        for person in self.users:
            self.add_logins(person["id"], LATER, 15, pick.choice([0.0, 0.1, 0.4, 0.8]))

    def write(self, folder, now):
        folder.mkdir(exist_ok=True)
        for name, rows in {
            "app.workspaces": self.workspaces, "app.users": self.users, "app.plan_changes": self.changes,
            "app.logins": self.logins, "hubspot.email_event": self.emails,
            "salesforce.opportunity": self.opportunities, "sheets.exclusions": self.exclusions,
        }.items():
            with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
                writer.writeheader()
                for row in rows:
                    loaded = {"_fivetran_synced": stamp(now - timedelta(minutes=40))} if "_fivetran_synced" in row else {}
                    writer.writerow(row | loaded)


world = World(2026)
world.fill(300)
world.write(HERE / "data", FIRST_DAY)
world.some_days_later()
world.write(HERE / "data-later", LATER)
