BEGIN TRANSACTION;
CREATE TABLE app__people ("id" TEXT, "plan" TEXT, "visits" INTEGER);
INSERT INTO "app__people" VALUES('p1','free',22);
INSERT INTO "app__people" VALUES('p2','pro',30);
INSERT INTO "app__people" VALUES('p3','starter',13);
CREATE TABLE plg__person__kept__r1_912b(
  id TEXT,
  tone TEXT,
  tone__enrolled_at TEXT,
  tone__phase INT,
  welcome__entry INT,
  welcome__entered_at TEXT,
  welcome__exited_at,
  welcome__cause,
  welcome__active,
  welcome__held,
  welcome__done,
  welcome__hello TEXT,
  welcome__hello__sent,
  welcome__tips TEXT,
  welcome__offer TEXT,
  calls__entry INT,
  calls__entered_at TEXT,
  calls__exited_at,
  calls__cause,
  calls__active,
  calls__held,
  calls__done,
  calls__call TEXT
);
CREATE TABLE plg__person__kept__r2_0c60(
  id TEXT,
  tone,
  tone__enrolled_at,
  tone__phase,
  welcome__entry,
  welcome__entered_at,
  welcome__exited_at,
  welcome__cause,
  welcome__active,
  welcome__held,
  welcome__done,
  welcome__hello,
  welcome__hello__sent,
  welcome__tips,
  welcome__offer,
  calls__entry,
  calls__entered_at,
  calls__exited_at,
  calls__cause,
  calls__active,
  calls__held,
  calls__done,
  calls__call
);
CREATE TABLE plg__person__pass_1__r1_912b(
  id TEXT,
  "plan" TEXT,
  visits INT,
  active,
  welcome__entered_at,
  welcome__active,
  sequence__welcome__hello__asks,
  sequence__welcome__hello__member TEXT,
  sequence__welcome__leaves,
  sequence__welcome__enters,
  active__since
);
INSERT INTO "plg__person__pass_1__r1_912b" VALUES('p1','free',12,1,'2026-03-01 09:00:00',1,1,'p1',NULL,1,'2026-03-01 09:00:00');
INSERT INTO "plg__person__pass_1__r1_912b" VALUES('p2','pro',30,1,'2026-03-01 09:00:00',1,1,'p2',NULL,1,'2026-03-01 09:00:00');
INSERT INTO "plg__person__pass_1__r1_912b" VALUES('p3','starter',3,0,NULL,0,0,'p3',NULL,0,NULL);
CREATE TABLE plg__person__pass_1__r2_0c60(
  id TEXT,
  "plan" TEXT,
  visits INT,
  active,
  welcome__entered_at,
  welcome__active,
  sequence__welcome__hello__asks,
  sequence__welcome__hello__member TEXT,
  sequence__welcome__leaves,
  sequence__welcome__enters,
  active__since
);
INSERT INTO "plg__person__pass_1__r2_0c60" VALUES('p1','free',22,1,'2026-03-01 09:00:00',1,0,'p1',NULL,0,'2026-03-01 09:00:00');
INSERT INTO "plg__person__pass_1__r2_0c60" VALUES('p2','pro',30,1,'2026-03-01 09:00:00',1,0,'p2',NULL,0,'2026-03-01 09:00:00');
INSERT INTO "plg__person__pass_1__r2_0c60" VALUES('p3','starter',13,1,'2026-03-02 09:00:00',1,1,'p3',NULL,1,'2026-03-02 09:00:00');
CREATE TABLE plg__person__r1_912b(
  id TEXT,
  "plan" TEXT,
  visits INT,
  active,
  busy,
  stage,
  tone,
  tone__enrolled_at,
  tone__phase,
  welcome__entry,
  welcome__entered_at,
  welcome__exited_at,
  welcome__cause,
  welcome__active,
  welcome__held,
  welcome__done,
  welcome__hello,
  welcome__hello__sent,
  welcome__tips,
  welcome__offer,
  calls__entry,
  calls__entered_at,
  calls__exited_at,
  calls__cause,
  calls__active,
  calls__held,
  calls__done,
  calls__call,
  sequence__welcome__hello__asks,
  sequence__welcome__hello__member TEXT,
  sequence__welcome__offer__asks,
  sequence__welcome__offer__member TEXT,
  active__since,
  busy__since,
  stage__since
);
INSERT INTO "plg__person__r1_912b" VALUES('p1','free',12,1,0,'quiet','warm','2026-03-01 09:00:00',1,1,'2026-03-01 09:00:00',NULL,NULL,1,0,0,'2026-03-01 09:00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1,'p1',1,'p1','2026-03-01 09:00:00',NULL,'2026-03-01 09:00:00');
INSERT INTO "plg__person__r1_912b" VALUES('p2','pro',30,1,1,'loud','warm','2026-03-01 09:00:00',1,1,'2026-03-01 09:00:00',NULL,NULL,1,0,0,'2026-03-01 09:00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1,'p2',1,'p2','2026-03-01 09:00:00','2026-03-01 09:00:00','2026-03-01 09:00:00');
INSERT INTO "plg__person__r1_912b" VALUES('p3','starter',3,0,0,'quiet',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,0,'p3',0,'p3',NULL,NULL,'2026-03-01 09:00:00');
CREATE TABLE plg__person__r2_0c60(
  id TEXT,
  "plan" TEXT,
  visits INT,
  active,
  busy,
  stage,
  tone,
  tone__enrolled_at,
  tone__phase,
  welcome__entry,
  welcome__entered_at,
  welcome__exited_at,
  welcome__cause,
  welcome__active,
  welcome__held,
  welcome__done,
  welcome__hello,
  welcome__hello__sent,
  welcome__tips,
  welcome__offer,
  calls__entry,
  calls__entered_at,
  calls__exited_at,
  calls__cause,
  calls__active,
  calls__held,
  calls__done,
  calls__call,
  sequence__welcome__hello__asks,
  sequence__welcome__hello__member TEXT,
  sequence__welcome__offer__asks,
  sequence__welcome__offer__member TEXT,
  active__since,
  busy__since,
  stage__since
);
INSERT INTO "plg__person__r2_0c60" VALUES('p1','free',22,1,1,'loud','warm','2026-03-01 09:00:00',1,1,'2026-03-01 09:00:00',NULL,NULL,1,0,1,'2026-03-01 09:00:00','2026-03-01 09:00:00','2026-03-02 09:00:00','2026-03-02 09:00:00',1,'2026-03-02 09:00:00',NULL,NULL,1,0,1,'2026-03-02 09:00:00',0,'p1',1,'p1','2026-03-01 09:00:00','2026-03-02 09:00:00','2026-03-02 09:00:00');
INSERT INTO "plg__person__r2_0c60" VALUES('p2','pro',30,1,1,'loud','warm','2026-03-01 09:00:00',1,1,'2026-03-01 09:00:00',NULL,NULL,1,0,1,'2026-03-01 09:00:00','2026-03-01 09:00:00','2026-03-02 09:00:00','2026-03-02 09:00:00',NULL,NULL,NULL,NULL,0,0,0,NULL,0,'p2',1,'p2','2026-03-01 09:00:00','2026-03-01 09:00:00','2026-03-01 09:00:00');
INSERT INTO "plg__person__r2_0c60" VALUES('p3','starter',13,1,0,'quiet','plain','2026-03-02 09:00:00',1,1,'2026-03-02 09:00:00',NULL,NULL,1,0,0,'2026-03-02 09:00:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1,'p3',1,'p3','2026-03-02 09:00:00',NULL,'2026-03-01 09:00:00');
CREATE TABLE "plg_state__born" ("name" TEXT, "happened_at" TEXT, "run" TEXT);
INSERT INTO "plg_state__born" VALUES('welcome','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__born" VALUES('welcome.hello','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__born" VALUES('welcome.tips','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__born" VALUES('welcome.offer','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__born" VALUES('calls','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__born" VALUES('calls.call','2026-03-01 09:00:00','r1_912b');
CREATE TABLE "plg_state__changes" ("field" TEXT, "key" TEXT, "was" TEXT, "became" TEXT, "happened_at" TEXT, "run" TEXT);
INSERT INTO "plg_state__changes" VALUES('person.active','p1','false','true','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__changes" VALUES('person.active','p2','false','true','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__changes" VALUES('person.busy','p2','false','true','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__changes" VALUES('person.stage','p1',NULL,'quiet','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__changes" VALUES('person.stage','p2',NULL,'loud','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__changes" VALUES('person.stage','p3',NULL,'quiet','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__changes" VALUES('person.tone','p1',NULL,'warm','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__changes" VALUES('person.tone','p2',NULL,'warm','2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__changes" VALUES('person.busy','p1','false','true','2026-03-02 09:00:00','r2_0c60');
INSERT INTO "plg_state__changes" VALUES('person.active','p3','false','true','2026-03-02 09:00:00','r2_0c60');
INSERT INTO "plg_state__changes" VALUES('person.stage','p1','quiet','loud','2026-03-02 09:00:00','r2_0c60');
INSERT INTO "plg_state__changes" VALUES('person.tone','p3',NULL,'plain','2026-03-02 09:00:00','r2_0c60');
CREATE TABLE "plg_state__finished" ("run" TEXT, "finished_at" TEXT);
INSERT INTO "plg_state__finished" VALUES('r1_912b','2026-12-01 07:41:28.388891');
INSERT INTO "plg_state__finished" VALUES('r2_0c60','2026-12-01 07:41:28.470349');
CREATE TABLE "plg_state__firings" ("step" TEXT, "key" TEXT, "entry" INTEGER, "happened_at" TEXT, "channel" TEXT, "member" TEXT, "run" TEXT);
INSERT INTO "plg_state__firings" VALUES('welcome.hello','p1',1,'2026-03-01 09:00:00','mail','p1','r1_912b');
INSERT INTO "plg_state__firings" VALUES('welcome.hello','p2',1,'2026-03-01 09:00:00','mail','p2','r1_912b');
INSERT INTO "plg_state__firings" VALUES('welcome.hello','p3',1,'2026-03-02 09:00:00','mail','p3','r2_0c60');
INSERT INTO "plg_state__firings" VALUES('welcome.tips','p1',1,'2026-03-02 09:00:00',NULL,NULL,'r2_0c60');
INSERT INTO "plg_state__firings" VALUES('welcome.tips','p2',1,'2026-03-02 09:00:00',NULL,NULL,'r2_0c60');
INSERT INTO "plg_state__firings" VALUES('welcome.offer','p1',1,'2026-03-02 09:00:00','mail','p1','r2_0c60');
INSERT INTO "plg_state__firings" VALUES('welcome.offer','p2',1,'2026-03-02 09:00:00','mail','p2','r2_0c60');
INSERT INTO "plg_state__firings" VALUES('calls.call','p1',1,'2026-03-02 09:00:00',NULL,NULL,'r2_0c60');
CREATE TABLE "plg_state__flushed" ("journal" TEXT, "lines" INTEGER);
INSERT INTO "plg_state__flushed" VALUES('f1c5925553b08d5d3c2fafa865cb6cf8',3);
INSERT INTO "plg_state__flushed" VALUES('1bd487dc7fc41e7f1e0e830b19f0e961',2);
INSERT INTO "plg_state__flushed" VALUES('eaeb2af4ae15947b5a494b2dbf1acbb3',1);
INSERT INTO "plg_state__flushed" VALUES('43f17be47f079522a2c63f5db7414472',1);
CREATE TABLE "plg_state__loads" ("source" TEXT, "size" INTEGER, "mtime" TEXT, "hash" TEXT, "shape" TEXT, "loaded" INTEGER);
INSERT INTO "plg_state__loads" VALUES('app.people',50,'1796110888390601373 1796110888.390601373 10010916 ./data/app.people.csv','2345c82cb10e15d0123cd824fa6fb0ad554fb812df42be5108294e30f40a5275','app__people id text, plan enum(free, starter, pro), visits int',3);
CREATE TABLE "plg_state__manifests" ("hash" TEXT, "body" TEXT);
INSERT INTO "plg_state__manifests" VALUES('cc1e193ca6402b06b88185d3de1540b36f9b95c1926bdd854f827033c13529ed','{
  "version": 2,
  "plgc": "0.1.0",
  "dialect": "sqlite",
  "setup": [],
  "sources": [
    {
      "name": "app.people",
      "table": "app__people",
      "is_query": false,
      "reads": [],
      "cite": "program.plg:1",
      "columns": [
        {
          "name": "id",
          "type": "text",
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "plan",
          "type": {
            "enum": [
              "free",
              "starter",
              "pro"
            ]
          },
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "visits",
          "type": "int",
          "nullable": false,
          "sql_type": "INTEGER"
        }
      ],
      "count": [
        "SELECT",
        "  COUNT(*) AS n",
        "FROM app__people AS s"
      ],
      "fresh": null
    }
  ],
  "models": [
    {
      "name": "person__pass_1",
      "entity": "person",
      "table": "plg__person__pass_1__:run",
      "file": "models/person__pass_1.sql",
      "sql": [
        "-- entity person · pass 1 of 2",
        "-- from program.plg: app.people 1, person 7, active 11, welcome 27, welcome.hello: whom it reaches 29",
        "",
        "CREATE TABLE plg__person__pass_1__:run AS",
        "WITH",
        "",
        "-- level 1: the row",
        "--   active, welcome.hello: whom it reaches",
        "level_1 AS (",
        "  SELECT",
        "    p.id,",
        "    p.plan,",
        "    p.visits,",
        "    p.visits >= 10 AS active,",
        "    p.id AS sequence__welcome__hello__member",
        "  FROM app__people AS p",
        "  -- computed once: without the next line, its expressions are computed again by every reader",
        "  LIMIT -1",
        "),",
        "",
        "-- level 2",
        "--   the row''s parent run",
        "--   welcome: who leaves",
        "level_2 AS (",
        "  SELECT",
        "    l.*,",
        "    CASE WHEN p.welcome__active AND NOT l.active THEN ''left'' END AS sequence__welcome__leaves,",
        "    p.welcome__active AS was_welcome__active,",
        "    p.welcome__entry AS was_welcome__entry,",
        "    p.welcome__entered_at AS was_welcome__entered_at,",
        "    p.welcome__hello AS was_welcome__hello,",
        "    p.active__since AS was_active__since",
        "  FROM level_1 AS l",
        "  LEFT JOIN plg__person__prev AS p ON p.id = l.id",
        "  LIMIT -1",
        "),",
        "",
        "-- level 3",
        "--   welcome: who enters",
        "level_3 AS (",
        "  SELECT",
        "    l.*,",
        "    (l.was_welcome__active IS NOT TRUE OR l.sequence__welcome__leaves IS NOT NULL)",
        "      AND l.active",
        "      AND l.was_welcome__entry IS NULL AS sequence__welcome__enters",
        "  FROM level_2 AS l",
        "  LIMIT -1",
        "),",
        "",
        "-- level 4",
        "--   welcome.entered_at, welcome.active",
        "level_4 AS (",
        "  SELECT",
        "    l.*,",
        "    CASE",
        "      WHEN l.sequence__welcome__enters THEN :now",
        "      ELSE l.was_welcome__entered_at",
        "    END AS welcome__entered_at,",
        "    COALESCE(",
        "      l.sequence__welcome__enters",
        "        OR (l.was_welcome__active AND l.sequence__welcome__leaves IS NULL),",
        "      FALSE",
        "    ) AS welcome__active",
        "  FROM level_3 AS l",
        "  LIMIT -1",
        ")",
        "",
        "-- level 5: the columns of person: the row, its fields, since when",
        "--   welcome.hello: who asks, active.since",
        "SELECT",
        "  l.id,",
        "  l.plan,",
        "  l.visits,",
        "  l.active,",
        "  l.welcome__entered_at,",
        "  l.welcome__active,",
        "  COALESCE(",
        "    l.welcome__active",
        "      AND (l.sequence__welcome__enters OR l.was_welcome__hello IS NULL)",
        "      AND l.welcome__entered_at >= :born_welcome__hello",
        "      AND l.sequence__welcome__hello__member IS NOT NULL,",
        "    FALSE",
        "  ) AS sequence__welcome__hello__asks,",
        "  l.sequence__welcome__hello__member,",
        "  l.sequence__welcome__leaves,",
        "  l.sequence__welcome__enters,",
        "  CASE WHEN l.active THEN COALESCE(l.was_active__since, :now) END AS active__since",
        "FROM level_4 AS l"
      ],
      "keyed": [
        [
          "CREATE UNIQUE INDEX plg__person__pass_1__key__:run ON plg__person__pass_1__:run (id)"
        ]
      ],
      "columns": [
        {
          "name": "id",
          "type": "text",
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "plan",
          "type": {
            "enum": [
              "free",
              "starter",
              "pro"
            ]
          },
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "visits",
          "type": "int",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "active",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "active__since",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__entered_at",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__active",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "sequence__welcome__hello__asks",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "sequence__welcome__hello__member",
          "type": "text",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "sequence__welcome__leaves",
          "type": {
            "enum": [
              "vanished",
              "left",
              "exit"
            ]
          },
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "sequence__welcome__enters",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        }
      ],
      "last": false
    },
    {
      "name": "person",
      "entity": "person",
      "table": "plg__person__:run",
      "file": "models/person.sql",
      "sql": [
        "-- entity person · pass 2 of 2",
        "-- from program.plg: app.people 1, person 7, busy 12, stage 14, tone 19, plg_state.firings 23, welcome 27,",
        "--   welcome.hello 29, welcome.tips 30, welcome.offer 31, calls 34, calls.call 36,",
        "--   plg_state.receipts 41",
        "",
        "CREATE TABLE plg__person__:run AS",
        "WITH",
        "",
        "-- plg_state.firings by member",
        "--   welcome.hello, welcome.offer",
        "firings AS (",
        "  SELECT",
        "    f.member,",
        "    COUNT(*) AS count_welcome__hello",
        "  FROM plg_state__firings AS f",
        "  WHERE f.channel IN (''mail'')",
        "    AND PLG_SUBTRACT(:now, ''1 day'') < f.happened_at",
        "    AND f.happened_at < :now",
        "  GROUP BY f.member",
        "),",
        "",
        "-- level 1: the row, its parent run, its links and sets",
        "--   busy, tone.enrolled_at, welcome.entry, welcome.exited_at, welcome.cause, welcome.held,",
        "--   welcome.hello, calls.held, welcome.offer: whom it reaches",
        "level_1 AS (",
        "  SELECT",
        "    p.id,",
        "    p.plan,",
        "    p.visits,",
        "    p.active,",
        "    p.active__since,",
        "    p.welcome__entered_at,",
        "    p.welcome__active,",
        "    p.sequence__welcome__hello__asks,",
        "    p.sequence__welcome__hello__member,",
        "    p.sequence__welcome__leaves,",
        "    p.sequence__welcome__enters,",
        "    p.active AND p.visits >= 20 AS busy,",
        "    parent.busy__since AS was_busy__since,",
        "    COALESCE(parent.tone__enrolled_at, CASE WHEN p.active THEN :now END) AS tone__enrolled_at,",
        "    parent.tone__enrolled_at AS was_tone__enrolled_at,",
        "    parent.tone AS was_tone,",
        "    parent.tone__phase AS was_tone__phase,",
        "    CASE",
        "      WHEN p.sequence__welcome__enters THEN PLG_INT(COALESCE(parent.welcome__entry, 0) + 1)",
        "      ELSE parent.welcome__entry",
        "    END AS welcome__entry,",
        "    CASE",
        "      WHEN p.sequence__welcome__enters THEN CAST(NULL AS TEXT)",
        "      WHEN p.sequence__welcome__leaves IS NOT NULL THEN :now",
        "      ELSE parent.welcome__exited_at",
        "    END AS welcome__exited_at,",
        "    CASE",
        "      WHEN NOT p.sequence__welcome__enters",
        "        THEN COALESCE(p.sequence__welcome__leaves, parent.welcome__cause)",
        "    END AS welcome__cause,",
        "    FALSE AS welcome__held,",
        "    CASE",
        "      WHEN p.sequence__welcome__hello__asks",
        "        AND PLG_INT(",
        "          CASE",
        "            WHEN CASE WHEN p.sequence__welcome__hello__asks THEN p.id END IS NOT NULL",
        "              THEN RANK() OVER (",
        "                PARTITION BY p.sequence__welcome__hello__member,",
        "                  CASE WHEN p.sequence__welcome__hello__asks THEN p.id END IS NOT NULL",
        "                ORDER BY CASE WHEN p.sequence__welcome__hello__asks THEN p.id END ASC NULLS LAST",
        "              )",
        "          END + COALESCE(f.count_welcome__hello, 0)",
        "        ) <= 1 THEN :now",
        "      WHEN NOT p.sequence__welcome__enters THEN parent.welcome__hello",
        "    END AS welcome__hello,",
        "    parent.welcome__tips AS was_welcome__tips,",
        "    FALSE AS calls__held,",
        "    p.id AS sequence__welcome__offer__member,",
        "    parent.welcome__offer AS was_welcome__offer,",
        "    parent.welcome__done AS was_welcome__done,",
        "    parent.calls__active AS was_calls__active,",
        "    parent.calls__entry AS was_calls__entry,",
        "    parent.calls__entered_at AS was_calls__entered_at,",
        "    parent.calls__exited_at AS was_calls__exited_at,",
        "    parent.calls__cause AS was_calls__cause,",
        "    parent.calls__call AS was_calls__call,",
        "    parent.calls__done AS was_calls__done,",
        "    parent.stage AS was_stage,",
        "    parent.stage__since AS was_stage__since",
        "  FROM plg__person__pass_1__:run AS p",
        "  LEFT JOIN plg__person__prev AS parent ON parent.id = p.id",
        "  LEFT JOIN firings AS f ON f.member = p.sequence__welcome__hello__member",
        "  -- computed once: without the next line, its expressions are computed again by every reader",
        "  LIMIT -1",
        "),",
        "",
        "-- plg_state.receipts by key",
        "--   welcome.hello.sent",
        "receipts AS (",
        "  SELECT",
        "    r.key,",
        "    MIN(r.happened_at) AS min_welcome__hello__sent",
        "  FROM plg_state__receipts AS r",
        "  WHERE r.sync IN (''hellos'')",
        "    AND r.object = ''files.hellos by firing''",
        "    AND r.accepted",
        "    AND r.happened_at < :now",
        "  GROUP BY r.key",
        "),",
        "",
        "-- person by sequence__welcome__hello__member",
        "--   welcome.offer",
        "persons AS (",
        "  SELECT",
        "    p.sequence__welcome__hello__member,",
        "    COUNT(*) AS count_welcome__offer",
        "  FROM plg__person__pass_1__:run AS p",
        "  WHERE p.sequence__welcome__hello__asks",
        "  GROUP BY p.sequence__welcome__hello__member",
        "),",
        "",
        "-- level 2",
        "--   busy.since, stage, tone, tone.phase, welcome.hello.sent, welcome.offer: who asks,",
        "--   calls: who leaves",
        "level_2 AS (",
        "  SELECT",
        "    l.*,",
        "    CASE WHEN l.busy THEN COALESCE(l.was_busy__since, :now) END AS busy__since,",
        "    CASE WHEN l.busy THEN ''loud'' ELSE ''quiet'' END AS stage,",
        "    CASE",
        "      WHEN l.was_tone__enrolled_at IS NOT NULL THEN l.was_tone",
        "      WHEN l.tone__enrolled_at IS NOT NULL",
        "        THEN CASE WHEN PLG_BUCKET(''tone.arms'', l.id) < 5000 THEN ''plain'' ELSE ''warm'' END",
        "    END AS tone,",
        "    CASE",
        "      WHEN l.was_tone__enrolled_at IS NOT NULL THEN l.was_tone__phase",
        "      WHEN l.tone__enrolled_at IS NOT NULL THEN 1",
        "    END AS tone__phase,",
        "    r.min_welcome__hello__sent AS welcome__hello__sent,",
        "    COALESCE(",
        "      l.welcome__active",
        "        AND (l.sequence__welcome__enters OR l.was_welcome__offer IS NULL)",
        "        AND l.welcome__entered_at >= :born_welcome__offer",
        "        AND l.sequence__welcome__offer__member IS NOT NULL,",
        "      FALSE",
        "    ) AS sequence__welcome__offer__asks,",
        "    COALESCE(p.count_welcome__offer, 0) AS persons__count_welcome__offer,",
        "    COALESCE(f.count_welcome__hello, 0) AS firings__count_welcome__hello,",
        "    CASE WHEN l.was_calls__active AND NOT l.busy THEN ''left'' END AS sequence__calls__leaves",
        "  FROM level_1 AS l",
        "  LEFT JOIN receipts AS r ON r.key = l.id || ''/'' || CAST(l.welcome__entry AS TEXT)",
        "  LEFT JOIN persons AS p ON p.sequence__welcome__hello__member = l.sequence__welcome__offer__member",
        "  LEFT JOIN firings AS f ON f.member = l.sequence__welcome__offer__member",
        "  LIMIT -1",
        "),",
        "",
        "-- level 3",
        "--   welcome.tips, welcome.offer, calls: who enters",
        "level_3 AS (",
        "  SELECT",
        "    l.*,",
        "    CASE",
        "      WHEN l.welcome__active",
        "        AND (l.sequence__welcome__enters OR l.was_welcome__tips IS NULL)",
        "        AND PLG_ADD(l.welcome__hello__sent, ''1 day'') <= :now",
        "        AND (",
        "          l.welcome__entered_at >= :born_welcome__tips",
        "            OR PLG_ADD(l.welcome__hello__sent, ''1 day'') >= :born_welcome__tips",
        "        ) THEN :now",
        "      WHEN NOT l.sequence__welcome__enters THEN l.was_welcome__tips",
        "    END AS welcome__tips,",
        "    CASE",
        "      WHEN l.sequence__welcome__offer__asks",
        "        AND PLG_INT(",
        "          CASE",
        "            WHEN CASE WHEN l.sequence__welcome__offer__asks THEN l.id END IS NOT NULL",
        "              THEN RANK() OVER (",
        "                PARTITION BY l.sequence__welcome__offer__member,",
        "                  CASE WHEN l.sequence__welcome__offer__asks THEN l.id END IS NOT NULL",
        "                ORDER BY CASE WHEN l.sequence__welcome__offer__asks THEN l.id END ASC NULLS LAST",
        "              )",
        "          END + l.persons__count_welcome__offer + l.firings__count_welcome__hello",
        "        ) <= 1 THEN :now",
        "      WHEN NOT l.sequence__welcome__enters THEN l.was_welcome__offer",
        "    END AS welcome__offer,",
        "    COALESCE(",
        "      (l.was_calls__active IS NOT TRUE OR l.sequence__calls__leaves IS NOT NULL)",
        "        AND l.busy",
        "        AND :born_calls < l.busy__since",
        "        AND l.was_calls__entry IS NULL,",
        "      FALSE",
        "    ) AS sequence__calls__enters",
        "  FROM level_2 AS l",
        "  LIMIT -1",
        "),",
        "",
        "-- level 4",
        "--   welcome.done, calls.entry, calls.entered_at, calls.exited_at, calls.cause, calls.active",
        "level_4 AS (",
        "  SELECT",
        "    l.*,",
        "    COALESCE(",
        "      (",
        "        l.welcome__active",
        "          AND (l.welcome__hello IS NOT NULL OR l.welcome__entered_at < :born_welcome__hello)",
        "          AND (",
        "            l.welcome__tips IS NOT NULL",
        "              OR (",
        "                l.welcome__entered_at < :born_welcome__tips",
        "                  AND PLG_ADD(l.welcome__hello__sent, ''1 day'') < :born_welcome__tips",
        "              )",
        "          )",
        "          AND (l.welcome__offer IS NOT NULL OR l.welcome__entered_at < :born_welcome__offer)",
        "      )",
        "        OR (NOT l.welcome__active AND l.was_welcome__done),",
        "      FALSE",
        "    ) AS welcome__done,",
        "    CASE",
        "      WHEN l.sequence__calls__enters THEN PLG_INT(COALESCE(l.was_calls__entry, 0) + 1)",
        "      ELSE l.was_calls__entry",
        "    END AS calls__entry,",
        "    CASE",
        "      WHEN l.sequence__calls__enters THEN :now",
        "      ELSE l.was_calls__entered_at",
        "    END AS calls__entered_at,",
        "    CASE",
        "      WHEN l.sequence__calls__enters THEN CAST(NULL AS TEXT)",
        "      WHEN l.sequence__calls__leaves IS NOT NULL THEN :now",
        "      ELSE l.was_calls__exited_at",
        "    END AS calls__exited_at,",
        "    CASE",
        "      WHEN NOT l.sequence__calls__enters",
        "        THEN COALESCE(l.sequence__calls__leaves, l.was_calls__cause)",
        "    END AS calls__cause,",
        "    COALESCE(",
        "      l.sequence__calls__enters OR (l.was_calls__active AND l.sequence__calls__leaves IS NULL),",
        "      FALSE",
        "    ) AS calls__active",
        "  FROM level_3 AS l",
        "  LIMIT -1",
        "),",
        "",
        "-- level 5",
        "--   calls.call",
        "level_5 AS (",
        "  SELECT",
        "    l.*,",
        "    CASE",
        "      WHEN l.calls__active",
        "        AND (l.sequence__calls__enters OR l.was_calls__call IS NULL)",
        "        AND l.calls__entered_at >= :born_calls__call THEN :now",
        "      WHEN NOT l.sequence__calls__enters THEN l.was_calls__call",
        "    END AS calls__call",
        "  FROM level_4 AS l",
        "  LIMIT -1",
        ")",
        "",
        "-- level 6: the columns of person: the row, its fields, since when",
        "--   calls.done, stage.since",
        "SELECT",
        "  l.id,",
        "  l.plan,",
        "  l.visits,",
        "  l.active,",
        "  l.busy,",
        "  l.stage,",
        "  l.tone,",
        "  l.tone__enrolled_at,",
        "  l.tone__phase,",
        "  l.welcome__entry,",
        "  l.welcome__entered_at,",
        "  l.welcome__exited_at,",
        "  l.welcome__cause,",
        "  l.welcome__active,",
        "  l.welcome__held,",
        "  l.welcome__done,",
        "  l.welcome__hello,",
        "  l.welcome__hello__sent,",
        "  l.welcome__tips,",
        "  l.welcome__offer,",
        "  l.calls__entry,",
        "  l.calls__entered_at,",
        "  l.calls__exited_at,",
        "  l.calls__cause,",
        "  l.calls__active,",
        "  l.calls__held,",
        "  COALESCE(",
        "    (l.calls__active AND (l.calls__call IS NOT NULL OR l.calls__entered_at < :born_calls__call))",
        "      OR (NOT l.calls__active AND l.was_calls__done),",
        "    FALSE",
        "  ) AS calls__done,",
        "  l.calls__call,",
        "  l.sequence__welcome__hello__asks,",
        "  l.sequence__welcome__hello__member,",
        "  l.sequence__welcome__offer__asks,",
        "  l.sequence__welcome__offer__member,",
        "  l.active__since,",
        "  l.busy__since,",
        "  CASE WHEN l.stage = l.was_stage THEN l.was_stage__since ELSE :now END AS stage__since",
        "FROM level_5 AS l"
      ],
      "keyed": [
        [
          "CREATE UNIQUE INDEX plg__person__key__:run ON plg__person__:run (id)"
        ]
      ],
      "columns": [
        {
          "name": "id",
          "type": "text",
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "plan",
          "type": {
            "enum": [
              "free",
              "starter",
              "pro"
            ]
          },
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "visits",
          "type": "int",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "active",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "active__since",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "busy",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "busy__since",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "stage",
          "type": {
            "enum": [
              "loud",
              "quiet"
            ]
          },
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "stage__since",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "tone",
          "type": {
            "enum": [
              "plain",
              "warm"
            ]
          },
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "tone__enrolled_at",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "tone__phase",
          "type": "int",
          "nullable": true,
          "sql_type": "INTEGER"
        },
        {
          "name": "welcome__entry",
          "type": "int",
          "nullable": true,
          "sql_type": "INTEGER"
        },
        {
          "name": "welcome__entered_at",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__exited_at",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__cause",
          "type": {
            "enum": [
              "vanished",
              "left",
              "exit"
            ]
          },
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__active",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "welcome__held",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "welcome__done",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "welcome__hello",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__hello__sent",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__tips",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__offer",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "calls__entry",
          "type": "int",
          "nullable": true,
          "sql_type": "INTEGER"
        },
        {
          "name": "calls__entered_at",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "calls__exited_at",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "calls__cause",
          "type": {
            "enum": [
              "vanished",
              "left",
              "exit"
            ]
          },
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "calls__active",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "calls__held",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "calls__done",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "calls__call",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "sequence__welcome__hello__asks",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "sequence__welcome__hello__member",
          "type": "text",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "sequence__welcome__offer__asks",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "sequence__welcome__offer__member",
          "type": "text",
          "nullable": true,
          "sql_type": "TEXT"
        }
      ],
      "last": true
    },
    {
      "name": "person__kept",
      "entity": "person",
      "table": "plg__person__kept__:run",
      "file": "models/person__kept.sql",
      "sql": [
        "-- entity person · what is remembered of rows that are no more",
        "-- from program.plg: person 7, tone 19, welcome__entry 27, welcome__hello 29, welcome__tips 30, welcome__offer 31,",
        "--   calls__entry 34, calls__call 36",
        "",
        "CREATE TABLE plg__person__kept__:run AS",
        "WITH",
        "",
        "sent_1 AS (",
        "  SELECT",
        "    r.key,",
        "    MIN(r.happened_at) AS sent",
        "  FROM plg_state__receipts AS r",
        "  WHERE r.sync IN (''hellos'')",
        "    AND r.object = ''files.hellos by firing''",
        "    AND r.accepted",
        "    AND r.happened_at < :now",
        "  GROUP BY r.key",
        ")",
        "",
        "SELECT",
        "  p.id,",
        "  p.tone,",
        "  p.tone__enrolled_at,",
        "  p.tone__phase,",
        "  p.welcome__entry,",
        "  p.welcome__entered_at,",
        "  CASE WHEN p.welcome__active THEN :now ELSE p.welcome__exited_at END AS welcome__exited_at,",
        "  CASE WHEN p.welcome__active THEN ''vanished'' ELSE p.welcome__cause END AS welcome__cause,",
        "  FALSE AS welcome__active,",
        "  FALSE AS welcome__held,",
        "  COALESCE(p.welcome__done, FALSE) AS welcome__done,",
        "  p.welcome__hello,",
        "  sent_1.sent AS welcome__hello__sent,",
        "  p.welcome__tips,",
        "  p.welcome__offer,",
        "  p.calls__entry,",
        "  p.calls__entered_at,",
        "  CASE WHEN p.calls__active THEN :now ELSE p.calls__exited_at END AS calls__exited_at,",
        "  CASE WHEN p.calls__active THEN ''vanished'' ELSE p.calls__cause END AS calls__cause,",
        "  FALSE AS calls__active,",
        "  FALSE AS calls__held,",
        "  COALESCE(p.calls__done, FALSE) AS calls__done,",
        "  p.calls__call",
        "FROM plg__person__prev AS p",
        "LEFT JOIN plg__person__:run AS c ON c.id = p.id",
        "LEFT JOIN sent_1 ON sent_1.key = p.id || ''/'' || CAST(p.welcome__entry AS TEXT)",
        "WHERE c.id IS NULL",
        "  AND (",
        "    p.tone__enrolled_at IS NOT NULL OR p.welcome__entry IS NOT NULL OR p.calls__entry IS NOT NULL",
        "  )"
      ],
      "keyed": [
        [
          "CREATE UNIQUE INDEX plg__person__kept__key__:run ON plg__person__kept__:run (id)"
        ]
      ],
      "columns": [
        {
          "name": "id",
          "type": "text",
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "tone",
          "type": {
            "enum": [
              "plain",
              "warm"
            ]
          },
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "tone__enrolled_at",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "tone__phase",
          "type": "int",
          "nullable": true,
          "sql_type": "INTEGER"
        },
        {
          "name": "welcome__entry",
          "type": "int",
          "nullable": true,
          "sql_type": "INTEGER"
        },
        {
          "name": "welcome__entered_at",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__exited_at",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__cause",
          "type": {
            "enum": [
              "vanished",
              "left",
              "exit"
            ]
          },
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__active",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "welcome__held",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "welcome__done",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "welcome__hello",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__hello__sent",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__tips",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "welcome__offer",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "calls__entry",
          "type": "int",
          "nullable": true,
          "sql_type": "INTEGER"
        },
        {
          "name": "calls__entered_at",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "calls__exited_at",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "calls__cause",
          "type": {
            "enum": [
              "vanished",
              "left",
              "exit"
            ]
          },
          "nullable": true,
          "sql_type": "TEXT"
        },
        {
          "name": "calls__active",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "calls__held",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "calls__done",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        },
        {
          "name": "calls__call",
          "type": "timestamp",
          "nullable": true,
          "sql_type": "TEXT"
        }
      ],
      "last": false,
      "kept": true
    }
  ],
  "entities": [
    {
      "name": "person",
      "cite": "program.plg:7",
      "source": "app.people",
      "file": "state/person.sql",
      "key": "id",
      "key_text": "p.id",
      "prev_view": "plg__person__prev",
      "parent_table": "plg__person__:parent",
      "loses": [
        "SELECT",
        "  COUNT(*) AS had,",
        "  COUNT(CASE WHEN c.id IS NULL THEN 1 END) AS lost",
        "FROM plg__person__prev AS p",
        "LEFT JOIN plg__person__:run AS c ON c.id = p.id",
        "WHERE p.row__present"
      ],
      "lost": [
        "WITH",
        "",
        "gone AS (",
        "  SELECT",
        "    p.id AS lost,",
        "    ROW_NUMBER() OVER (ORDER BY p.id ASC NULLS LAST) AS place",
        "  FROM plg__person__prev AS p",
        "  LEFT JOIN plg__person__:run AS c ON c.id = p.id",
        "  WHERE p.row__present",
        "    AND c.id IS NULL",
        ")",
        "",
        "SELECT",
        "  g.lost",
        "FROM gone AS g",
        "WHERE g.place <= 5",
        "ORDER BY g.place ASC NULLS LAST"
      ],
      "loses_limit": 0.1,
      "changes": [
        "INSERT INTO plg_state__changes (field, key, was, became, happened_at, run)",
        "WITH",
        "",
        "-- person: what differs from the parent run",
        "-- member_of has a letter for each audience: 1 for a member, 0 for who is none",
        "diff AS (",
        "  SELECT",
        "    c.id AS key,",
        "    CASE WHEN p.active THEN ''1'' ELSE ''0'' END",
        "      || CASE WHEN p.busy THEN ''1'' ELSE ''0'' END AS was_member_of,",
        "    CASE WHEN c.active THEN ''1'' ELSE ''0'' END || CASE WHEN c.busy THEN ''1'' ELSE ''0'' END AS member_of,",
        "    p.stage AS was_stage,",
        "    c.stage,",
        "    p.tone AS was_tone,",
        "    c.tone",
        "  FROM plg__person__:run AS c",
        "  LEFT JOIN plg__person__prev AS p ON p.id = c.id",
        "  WHERE c.active IS DISTINCT FROM COALESCE(p.active, FALSE)",
        "    OR c.busy IS DISTINCT FROM COALESCE(p.busy, FALSE)",
        "    OR c.stage IS DISTINCT FROM p.stage",
        "    OR c.tone IS DISTINCT FROM p.tone",
        "  UNION ALL",
        "  -- rows that are gone",
        "  SELECT",
        "    p.id AS key,",
        "    CASE WHEN p.active THEN ''1'' ELSE ''0'' END",
        "      || CASE WHEN p.busy THEN ''1'' ELSE ''0'' END AS was_member_of,",
        "    ''00'' AS member_of,",
        "    p.stage AS was_stage,",
        "    CAST(NULL AS TEXT) AS stage,",
        "    p.tone AS was_tone,",
        "    k.tone",
        "  FROM plg__person__prev AS p",
        "  LEFT JOIN plg__person__kept__:run AS k ON k.id = p.id",
        "  WHERE (p.active OR p.busy OR p.stage IS NOT NULL OR p.tone IS NOT NULL)",
        "    AND NOT EXISTS (SELECT 1 AS found FROM plg__person__:run AS c WHERE p.id = c.id)",
        "  -- computed once: without the next line, its expressions are computed again by every reader",
        "  LIMIT -1",
        "),",
        "",
        "audiences AS (",
        "  SELECT",
        "    ''person.active'' AS field,",
        "    1 AS place",
        "  UNION ALL",
        "  SELECT",
        "    ''person.busy'' AS field,",
        "    2 AS place",
        "),",
        "",
        "members AS (",
        "  SELECT",
        "    a.field,",
        "    d.key,",
        "    SUBSTR(d.was_member_of, a.place, 1) AS was,",
        "    SUBSTR(d.member_of, a.place, 1) AS became",
        "  FROM diff AS d",
        "  CROSS JOIN audiences AS a",
        "),",
        "",
        "changed AS (",
        "  SELECT",
        "    m.field,",
        "    m.key,",
        "    CASE WHEN m.was = ''1'' THEN ''true'' ELSE ''false'' END AS was,",
        "    CASE WHEN m.became = ''1'' THEN ''true'' ELSE ''false'' END AS became",
        "  FROM members AS m",
        "  WHERE m.became <> m.was",
        "  UNION ALL",
        "  SELECT",
        "    ''person.stage'' AS field,",
        "    d.key,",
        "    d.was_stage AS was,",
        "    d.stage AS became",
        "  FROM diff AS d",
        "  WHERE d.stage IS DISTINCT FROM d.was_stage",
        "  UNION ALL",
        "  SELECT",
        "    ''person.tone'' AS field,",
        "    d.key,",
        "    d.was_tone AS was,",
        "    d.tone AS became",
        "  FROM diff AS d",
        "  WHERE d.tone IS DISTINCT FROM d.was_tone",
        ")",
        "",
        "SELECT",
        "  h.field,",
        "  h.key,",
        "  h.was,",
        "  h.became,",
        "  :now AS happened_at,",
        "  :run AS run",
        "FROM changed AS h",
        "WHERE NOT EXISTS (",
        "  SELECT",
        "    1 AS found",
        "  FROM plg_state__changes AS x",
        "  WHERE x.run = :run AND x.field IN (''person.active'', ''person.busy'', ''person.stage'', ''person.tone'')",
        ")"
      ],
      "firings": [
        "INSERT INTO plg_state__firings (step, key, entry, happened_at, channel, member, run)",
        "WITH",
        "",
        "fired AS (",
        "  SELECT",
        "    ''welcome.hello'' AS step,",
        "    c.id AS key,",
        "    c.welcome__entry AS entry,",
        "    ''mail'' AS channel,",
        "    c.sequence__welcome__hello__member AS member",
        "  FROM plg__person__:run AS c",
        "  WHERE c.welcome__hello = :now",
        "  UNION ALL",
        "  SELECT",
        "    ''welcome.tips'' AS step,",
        "    c.id AS key,",
        "    c.welcome__entry AS entry,",
        "    CAST(NULL AS TEXT) AS channel,",
        "    CAST(NULL AS TEXT) AS member",
        "  FROM plg__person__:run AS c",
        "  WHERE c.welcome__tips = :now",
        "  UNION ALL",
        "  SELECT",
        "    ''welcome.offer'' AS step,",
        "    c.id AS key,",
        "    c.welcome__entry AS entry,",
        "    ''mail'' AS channel,",
        "    c.sequence__welcome__offer__member AS member",
        "  FROM plg__person__:run AS c",
        "  WHERE c.welcome__offer = :now",
        "  UNION ALL",
        "  SELECT",
        "    ''calls.call'' AS step,",
        "    c.id AS key,",
        "    c.calls__entry AS entry,",
        "    CAST(NULL AS TEXT) AS channel,",
        "    CAST(NULL AS TEXT) AS member",
        "  FROM plg__person__:run AS c",
        "  WHERE c.calls__call = :now",
        ")",
        "",
        "SELECT",
        "  f.step,",
        "  f.key,",
        "  f.entry,",
        "  :now AS happened_at,",
        "  f.channel,",
        "  f.member,",
        "  :run AS run",
        "FROM fired AS f",
        "WHERE NOT EXISTS (",
        "  SELECT",
        "    1 AS found",
        "  FROM plg_state__firings AS x",
        "  WHERE x.run = :run AND x.step IN (''welcome.hello'', ''welcome.tips'', ''welcome.offer'', ''calls.call'')",
        ")"
      ],
      "moves": {}
    }
  ],
  "checks": [
    {
      "name": "key_person",
      "message": "key `id` of entity `person` is missing, or stands for several rows",
      "cite": "program.plg:7",
      "sql": [
        "WITH",
        "",
        "found AS (",
        "  SELECT",
        "    r.id,",
        "    COUNT(*) AS copies,",
        "    ROW_NUMBER() OVER (ORDER BY r.id ASC NULLS LAST) AS place",
        "  FROM app__people AS r",
        "  GROUP BY r.id",
        "  HAVING COUNT(*) > 1 OR r.id IS NULL",
        ")",
        "",
        "SELECT",
        "  f.id,",
        "  f.copies",
        "FROM found AS f",
        "WHERE f.place <= 100",
        "ORDER BY f.place ASC NULLS LAST"
      ]
    }
  ],
  "views": [
    {
      "name": "plg__person",
      "file": "views/person.sql",
      "query": [
        "-- entity person (program.plg)",
        "SELECT",
        "  w.id,",
        "  w.plan,",
        "  w.visits,",
        "  w.active,",
        "  w.active__since,",
        "  w.busy,",
        "  w.busy__since,",
        "  w.stage,",
        "  w.stage__since,",
        "  w.tone,",
        "  w.tone__enrolled_at,",
        "  w.tone__phase,",
        "  w.welcome__entry,",
        "  w.welcome__entered_at,",
        "  w.welcome__exited_at,",
        "  w.welcome__cause,",
        "  w.welcome__active,",
        "  w.welcome__held,",
        "  w.welcome__done,",
        "  w.welcome__hello,",
        "  w.welcome__hello__sent,",
        "  w.welcome__tips,",
        "  w.welcome__offer,",
        "  w.calls__entry,",
        "  w.calls__entered_at,",
        "  w.calls__exited_at,",
        "  w.calls__cause,",
        "  w.calls__active,",
        "  w.calls__held,",
        "  w.calls__done,",
        "  w.calls__call",
        "FROM plg__person__:run AS w"
      ]
    },
    {
      "name": "plg__active",
      "file": "views/active.sql",
      "query": [
        "-- audience active of person (program.plg)",
        "SELECT",
        "  w.*",
        "FROM plg__person AS w",
        "WHERE w.active"
      ]
    },
    {
      "name": "plg__busy",
      "file": "views/busy.sql",
      "query": [
        "-- audience busy of active (program.plg)",
        "SELECT",
        "  w.*",
        "FROM plg__person AS w",
        "WHERE w.busy"
      ]
    },
    {
      "name": "plg__welcome",
      "file": "views/welcome.sql",
      "query": [
        "-- sequence welcome (program.plg)",
        "-- the last entry of each row",
        "SELECT",
        "  w.id,",
        "  w.welcome__entry AS entry,",
        "  w.welcome__entered_at AS entered_at,",
        "  w.welcome__exited_at AS exited_at,",
        "  w.welcome__cause AS cause,",
        "  w.welcome__active AS active,",
        "  w.welcome__held AS held,",
        "  w.welcome__done AS done,",
        "  w.welcome__hello AS hello,",
        "  w.welcome__hello__sent AS hello__sent,",
        "  w.welcome__tips AS tips,",
        "  w.welcome__offer AS offer",
        "FROM plg__person__:run AS w",
        "WHERE w.welcome__entry IS NOT NULL",
        "UNION ALL",
        "-- the last entry of rows that are no more",
        "SELECT",
        "  w.id,",
        "  w.welcome__entry AS entry,",
        "  w.welcome__entered_at AS entered_at,",
        "  w.welcome__exited_at AS exited_at,",
        "  w.welcome__cause AS cause,",
        "  w.welcome__active AS active,",
        "  w.welcome__held AS held,",
        "  w.welcome__done AS done,",
        "  w.welcome__hello AS hello,",
        "  w.welcome__hello__sent AS hello__sent,",
        "  w.welcome__tips AS tips,",
        "  w.welcome__offer AS offer",
        "FROM plg__person__kept__:run AS w",
        "WHERE w.welcome__entry IS NOT NULL"
      ]
    },
    {
      "name": "plg__calls",
      "file": "views/calls.sql",
      "query": [
        "-- sequence calls (program.plg)",
        "-- the last entry of each row",
        "SELECT",
        "  w.id,",
        "  w.calls__entry AS entry,",
        "  w.calls__entered_at AS entered_at,",
        "  w.calls__exited_at AS exited_at,",
        "  w.calls__cause AS cause,",
        "  w.calls__active AS active,",
        "  w.calls__held AS held,",
        "  w.calls__done AS done,",
        "  w.calls__call AS call",
        "FROM plg__person__:run AS w",
        "WHERE w.calls__entry IS NOT NULL",
        "UNION ALL",
        "-- the last entry of rows that are no more",
        "SELECT",
        "  w.id,",
        "  w.calls__entry AS entry,",
        "  w.calls__entered_at AS entered_at,",
        "  w.calls__exited_at AS exited_at,",
        "  w.calls__cause AS cause,",
        "  w.calls__active AS active,",
        "  w.calls__held AS held,",
        "  w.calls__done AS done,",
        "  w.calls__call AS call",
        "FROM plg__person__kept__:run AS w",
        "WHERE w.calls__entry IS NOT NULL"
      ]
    }
  ],
  "syncs": [
    {
      "name": "stages",
      "was": null,
      "doc": null,
      "cite": "program.plg:46",
      "entity": "person",
      "destination": "files",
      "object": "stages",
      "argument": null,
      "key": {
        "name": "id",
        "type": "text",
        "nullable": false,
        "sql_type": "TEXT"
      },
      "fields": [
        {
          "name": "stage",
          "type": {
            "enum": [
              "loud",
              "quiet"
            ]
          },
          "nullable": false,
          "sql_type": "TEXT"
        }
      ],
      "mode": "upsert",
      "leave": "keep",
      "deletes": null,
      "creates": null,
      "definition": "3f5a1c27d781",
      "file": "syncs/stages.sql",
      "prev_view": "plg_state__sync_stages__prev",
      "parent_table": "plg_state__sync_stages__:parent",
      "table": "plg_state__sync_stages__:run",
      "written": [
        "CREATE TABLE plg_state__sync_stages__:run AS",
        "WITH",
        "",
        "receipts AS (",
        "  SELECT",
        "    r.key,",
        "    r.op,",
        "    r.hash,",
        "    COALESCE(r.created, FALSE) AS created,",
        "    ROW_NUMBER() OVER (",
        "      PARTITION BY r.key",
        "      ORDER BY r.happened_at DESC NULLS LAST, r.op ASC NULLS LAST, r.hash ASC NULLS LAST",
        "    ) AS place",
        "  FROM plg_state__receipts AS r",
        "  WHERE r.sync = ''stages''",
        "    AND r.object = ''files.stages by id''",
        "    AND r.run = :parent",
        "    AND r.accepted",
        "),",
        "",
        "latest AS (",
        "  SELECT",
        "    r.key,",
        "    r.op,",
        "    r.hash,",
        "    r.created",
        "  FROM receipts AS r",
        "  WHERE r.place = 1",
        ")",
        "",
        "-- untouched by the parent run",
        "SELECT",
        "  b.key,",
        "  SUBSTR(b.hash, 1, 32) AS hash,",
        "  b.created",
        "FROM plg_state__sync_stages__prev AS b",
        "WHERE NOT EXISTS (",
        "  SELECT",
        "    1 AS found",
        "  FROM plg_state__receipts AS r",
        "  WHERE r.sync = ''stages''",
        "    AND r.object = ''files.stages by id''",
        "    AND r.run = :parent",
        "    AND r.accepted",
        "    AND r.key = b.key",
        ")",
        "UNION ALL",
        "-- written by the parent run",
        "SELECT",
        "  l.key,",
        "  SUBSTR(l.hash, 1, 32) AS hash,",
        "  l.created OR COALESCE(b.created, FALSE) AS created",
        "FROM latest AS l",
        "LEFT JOIN plg_state__sync_stages__prev AS b ON b.key = l.key",
        "WHERE l.op <> ''delete''"
      ],
      "keyed": [
        [
          "CREATE UNIQUE INDEX plg_state__sync_stages__key__:run ON plg_state__sync_stages__:run (key)"
        ]
      ],
      "written_columns": [
        {
          "name": "key",
          "type": "text",
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "hash",
          "type": "text",
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "created",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        }
      ],
      "outbox": [
        "WITH",
        "",
        "-- sync stages: what should be there",
        "-- sync__hash: a mark of the definition of the sync, then each value behind its length",
        "wanted AS (",
        "  SELECT",
        "    w.id AS sync__key,",
        "    MD5(''3f5a1c27d781;'' || CAST(LENGTH(w.stage) AS TEXT) || '':'' || w.stage) AS sync__hash,",
        "    w.stage",
        "  FROM plg__person__:run AS w",
        "),",
        "",
        "changes AS (",
        "  -- wanted, and never written (create), written otherwise or left since (update)",
        "  SELECT",
        "    CASE WHEN t.key IS NULL THEN ''create'' ELSE ''update'' END AS op,",
        "    n.sync__key AS key,",
        "    n.sync__hash AS hash,",
        "    n.stage",
        "  FROM wanted AS n",
        "  LEFT JOIN plg_state__sync_stages__:run AS t ON t.key = n.sync__key",
        "  WHERE t.key IS NULL OR t.hash <> n.sync__hash",
        ")",
        "",
        "-- without what this run has delivered already",
        "SELECT",
        "  o.op,",
        "  o.key,",
        "  o.hash,",
        "  o.stage",
        "FROM changes AS o",
        "WHERE NOT EXISTS (",
        "  SELECT",
        "    1 AS found",
        "  FROM plg_state__receipts AS x",
        "  WHERE x.sync = ''stages''",
        "    AND x.run = :run",
        "    AND x.accepted",
        "    AND x.key = o.key",
        "    AND x.op = o.op",
        "    AND x.hash = o.hash",
        ")",
        "ORDER BY o.op ASC NULLS LAST, o.key ASC NULLS LAST"
      ]
    },
    {
      "name": "hellos",
      "was": null,
      "doc": null,
      "cite": "program.plg:41",
      "entity": "person",
      "destination": "files",
      "object": "hellos",
      "argument": null,
      "key": {
        "name": "firing",
        "type": "text",
        "nullable": false,
        "sql_type": "TEXT"
      },
      "fields": [
        {
          "name": "id",
          "type": "text",
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "plan",
          "type": {
            "enum": [
              "free",
              "starter",
              "pro"
            ]
          },
          "nullable": false,
          "sql_type": "TEXT"
        }
      ],
      "mode": "create",
      "leave": "keep",
      "deletes": null,
      "creates": null,
      "definition": "868365c161a7",
      "file": "syncs/hellos.sql",
      "prev_view": "plg_state__sync_hellos__prev",
      "parent_table": "plg_state__sync_hellos__:parent",
      "table": "plg_state__sync_hellos__:run",
      "written": [
        "CREATE TABLE plg_state__sync_hellos__:run AS",
        "WITH",
        "",
        "receipts AS (",
        "  SELECT",
        "    r.key,",
        "    r.op,",
        "    r.hash,",
        "    COALESCE(r.created, FALSE) AS created,",
        "    ROW_NUMBER() OVER (",
        "      PARTITION BY r.key",
        "      ORDER BY r.happened_at DESC NULLS LAST, r.op ASC NULLS LAST, r.hash ASC NULLS LAST",
        "    ) AS place",
        "  FROM plg_state__receipts AS r",
        "  WHERE r.sync = ''hellos''",
        "    AND r.object = ''files.hellos by firing''",
        "    AND r.run = :parent",
        "    AND r.accepted",
        "),",
        "",
        "latest AS (",
        "  SELECT",
        "    r.key,",
        "    r.op,",
        "    r.hash,",
        "    r.created",
        "  FROM receipts AS r",
        "  WHERE r.place = 1",
        ")",
        "",
        "-- untouched by the parent run",
        "SELECT",
        "  b.key,",
        "  SUBSTR(b.hash, 1, 32) AS hash,",
        "  b.created",
        "FROM plg_state__sync_hellos__prev AS b",
        "WHERE NOT EXISTS (",
        "  SELECT",
        "    1 AS found",
        "  FROM plg_state__receipts AS r",
        "  WHERE r.sync = ''hellos''",
        "    AND r.object = ''files.hellos by firing''",
        "    AND r.run = :parent",
        "    AND r.accepted",
        "    AND r.key = b.key",
        ")",
        "UNION ALL",
        "-- written by the parent run",
        "SELECT",
        "  l.key,",
        "  SUBSTR(l.hash, 1, 32) AS hash,",
        "  l.created OR COALESCE(b.created, FALSE) AS created",
        "FROM latest AS l",
        "LEFT JOIN plg_state__sync_hellos__prev AS b ON b.key = l.key",
        "WHERE l.op <> ''delete''"
      ],
      "keyed": [
        [
          "CREATE UNIQUE INDEX plg_state__sync_hellos__key__:run ON plg_state__sync_hellos__:run (key)"
        ]
      ],
      "written_columns": [
        {
          "name": "key",
          "type": "text",
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "hash",
          "type": "text",
          "nullable": false,
          "sql_type": "TEXT"
        },
        {
          "name": "created",
          "type": "bool",
          "nullable": false,
          "sql_type": "INTEGER"
        }
      ],
      "outbox": [
        "WITH",
        "",
        "-- sync hellos: each firing of welcome.hello whose entry is open",
        "-- sync__hash: a mark of the definition of the sync, then each value behind its length",
        "wanted AS (",
        "  SELECT",
        "    w.id || ''/'' || CAST(w.welcome__entry AS TEXT) AS sync__key,",
        "    MD5(",
        "      ''868365c161a7;''",
        "        || CAST(LENGTH(w.id) AS TEXT)",
        "        || '':''",
        "        || w.id",
        "        || CAST(LENGTH(w.plan) AS TEXT)",
        "        || '':''",
        "        || w.plan",
        "    ) AS sync__hash,",
        "    w.id,",
        "    w.plan",
        "  FROM plg__person__:run AS w",
        "  WHERE w.welcome__hello IS NOT NULL",
        "    AND (w.welcome__active OR (w.welcome__done AND w.welcome__exited_at = :now))",
        "),",
        "",
        "changes AS (",
        "  -- wanted and never written",
        "  SELECT",
        "    ''create'' AS op,",
        "    n.sync__key AS key,",
        "    n.sync__hash AS hash,",
        "    n.id,",
        "    n.plan",
        "  FROM wanted AS n",
        "  LEFT JOIN plg_state__sync_hellos__:run AS t ON t.key = n.sync__key",
        "  WHERE t.key IS NULL",
        ")",
        "",
        "-- without what this run has delivered already",
        "SELECT",
        "  o.op,",
        "  o.key,",
        "  o.hash,",
        "  o.id,",
        "  o.plan",
        "FROM changes AS o",
        "WHERE NOT EXISTS (",
        "  SELECT",
        "    1 AS found",
        "  FROM plg_state__receipts AS x",
        "  WHERE x.sync = ''hellos''",
        "    AND x.run = :run",
        "    AND x.accepted",
        "    AND x.key = o.key",
        "    AND x.op = o.op",
        "    AND x.hash = o.hash",
        ")",
        "ORDER BY o.op ASC NULLS LAST, o.key ASC NULLS LAST"
      ]
    }
  ],
  "destinations": {
    "files": {
      "system": "jsonl",
      "allows": []
    }
  },
  "born": [
    {
      "name": "welcome",
      "kind": "sequence",
      "placeholder": "welcome"
    },
    {
      "name": "welcome.hello",
      "kind": "step",
      "placeholder": "welcome__hello"
    },
    {
      "name": "welcome.tips",
      "kind": "step",
      "placeholder": "welcome__tips"
    },
    {
      "name": "welcome.offer",
      "kind": "step",
      "placeholder": "welcome__offer"
    },
    {
      "name": "calls",
      "kind": "sequence",
      "placeholder": "calls"
    },
    {
      "name": "calls.call",
      "kind": "step",
      "placeholder": "calls__call"
    }
  ],
  "lineage": [
    {
      "field": "person.active",
      "reads": [
        "app.people.visits"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.busy",
      "reads": [
        "app.people.visits",
        "person.active"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.stage",
      "reads": [
        "person.busy"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.tone",
      "reads": [
        "app.people.id",
        "person.active"
      ],
      "columns": [
        "app.people.id",
        "app.people.visits"
      ]
    },
    {
      "field": "person.tone__enrolled_at",
      "reads": [
        "app.people.id",
        "person.active"
      ],
      "columns": [
        "app.people.id",
        "app.people.visits"
      ]
    },
    {
      "field": "person.tone__phase",
      "reads": [
        "app.people.id",
        "person.active"
      ],
      "columns": [
        "app.people.id",
        "app.people.visits"
      ]
    },
    {
      "field": "person.welcome__entry",
      "reads": [
        "person.active"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.welcome__entered_at",
      "reads": [
        "person.active"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.welcome__exited_at",
      "reads": [
        "person.active"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.welcome__cause",
      "reads": [
        "person.active"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.welcome__active",
      "reads": [
        "person.active"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.welcome__held",
      "reads": [
        "person.welcome__active"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.welcome__done",
      "reads": [
        "person.welcome__active",
        "person.welcome__hello",
        "person.welcome__hello__sent",
        "person.welcome__tips",
        "person.welcome__offer"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.welcome__hello",
      "reads": [
        "person.welcome__entered_at",
        "person.welcome__active",
        "person.welcome__held"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.welcome__hello__sent",
      "reads": [
        "person.welcome__entry"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.welcome__tips",
      "reads": [
        "person.welcome__entered_at",
        "person.welcome__active",
        "person.welcome__held",
        "person.welcome__hello__sent"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.welcome__offer",
      "reads": [
        "person.welcome__entered_at",
        "person.welcome__active",
        "person.welcome__held"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.calls__entry",
      "reads": [
        "person.busy"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.calls__entered_at",
      "reads": [
        "person.busy"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.calls__exited_at",
      "reads": [
        "person.busy"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.calls__cause",
      "reads": [
        "person.busy"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.calls__active",
      "reads": [
        "person.busy"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.calls__held",
      "reads": [
        "person.calls__active"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.calls__done",
      "reads": [
        "person.calls__active",
        "person.calls__call"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "person.calls__call",
      "reads": [
        "person.calls__entered_at",
        "person.calls__active",
        "person.calls__held"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "stages",
      "reads": [
        "app.people.id"
      ],
      "columns": [
        "app.people.id"
      ]
    },
    {
      "field": "stages.id",
      "reads": [
        "app.people.id"
      ],
      "columns": [
        "app.people.id"
      ]
    },
    {
      "field": "stages.stage",
      "reads": [
        "person.stage"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "hellos",
      "reads": [
        "app.people.id",
        "person.welcome__hello"
      ],
      "columns": [
        "app.people.id",
        "app.people.visits"
      ]
    },
    {
      "field": "hellos.firing",
      "reads": [
        "person.welcome__hello"
      ],
      "columns": [
        "app.people.visits"
      ]
    },
    {
      "field": "hellos.id",
      "reads": [
        "app.people.id"
      ],
      "columns": [
        "app.people.id"
      ]
    },
    {
      "field": "hellos.plan",
      "reads": [
        "app.people.plan"
      ],
      "columns": [
        "app.people.plan"
      ]
    }
  ],
  "cites": {
    "columns": {
      "app.people.id": "program.plg:2",
      "app.people.plan": "program.plg:3",
      "app.people.visits": "program.plg:4"
    },
    "fields": {
      "person.active": "program.plg:11",
      "person.busy": "program.plg:12",
      "person.calls__active": "program.plg:34",
      "person.calls__call": "program.plg:36",
      "person.calls__cause": "program.plg:34",
      "person.calls__done": "program.plg:34",
      "person.calls__entered_at": "program.plg:34",
      "person.calls__entry": "program.plg:34",
      "person.calls__exited_at": "program.plg:34",
      "person.calls__held": "program.plg:34",
      "person.stage": "program.plg:14",
      "person.tone": "program.plg:19",
      "person.tone__enrolled_at": "program.plg:19",
      "person.tone__phase": "program.plg:19",
      "person.welcome__active": "program.plg:27",
      "person.welcome__cause": "program.plg:27",
      "person.welcome__done": "program.plg:27",
      "person.welcome__entered_at": "program.plg:27",
      "person.welcome__entry": "program.plg:27",
      "person.welcome__exited_at": "program.plg:27",
      "person.welcome__held": "program.plg:27",
      "person.welcome__hello": "program.plg:29",
      "person.welcome__hello__sent": "program.plg:29",
      "person.welcome__offer": "program.plg:31",
      "person.welcome__tips": "program.plg:30"
    }
  }
}
');
CREATE TABLE "plg_state__receipts" ("sync" TEXT, "object" TEXT, "key" TEXT, "op" TEXT, "hash" TEXT, "accepted" INTEGER, "created" INTEGER, "reason" TEXT, "happened_at" TEXT, "run" TEXT);
INSERT INTO "plg_state__receipts" VALUES('stages','files.stages by id','p1','create','d8771dca9e7d0c84f93a9f732d3d8aad',1,1,NULL,'2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__receipts" VALUES('stages','files.stages by id','p2','create','f1d7e95eeb56f05177ae2d68a2a3e854',1,1,NULL,'2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__receipts" VALUES('stages','files.stages by id','p3','create','d8771dca9e7d0c84f93a9f732d3d8aad',1,1,NULL,'2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__receipts" VALUES('hellos','files.hellos by firing','p1/1','create','15072607704ba1a125c4bfa5b991d730',1,1,NULL,'2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__receipts" VALUES('hellos','files.hellos by firing','p2/1','create','8e3381f40c53c180ad21e2d5cd24731b',1,1,NULL,'2026-03-01 09:00:00','r1_912b');
INSERT INTO "plg_state__receipts" VALUES('stages','files.stages by id','p1','update','f1d7e95eeb56f05177ae2d68a2a3e854',1,0,NULL,'2026-03-02 09:00:00','r2_0c60');
INSERT INTO "plg_state__receipts" VALUES('hellos','files.hellos by firing','p3/1','create','8b9ff4527a8020b7fd8ee1ce2db1ef2c',1,1,NULL,'2026-03-02 09:00:00','r2_0c60');
CREATE TABLE "plg_state__runs" ("id" TEXT, "parent" TEXT, "now" TEXT, "manifest" TEXT, "plgc" TEXT, "state_version" INTEGER, "committed_at" TEXT);
INSERT INTO "plg_state__runs" VALUES('r1_912b',NULL,'2026-03-01 09:00:00','cc1e193ca6402b06b88185d3de1540b36f9b95c1926bdd854f827033c13529ed','0.1.0',1,'2026-12-01 07:41:28.369012');
INSERT INTO "plg_state__runs" VALUES('r2_0c60','r1_912b','2026-03-02 09:00:00','cc1e193ca6402b06b88185d3de1540b36f9b95c1926bdd854f827033c13529ed','0.1.0',1,'2026-12-01 07:41:28.454381');
CREATE TABLE "plg_state__sources" ("run" TEXT, "source" TEXT, "counted" INTEGER);
INSERT INTO "plg_state__sources" VALUES('r1_912b','app.people',3);
INSERT INTO "plg_state__sources" VALUES('r2_0c60','app.people',3);
CREATE TABLE plg_state__sync_hellos__r1_912b(
  "key" TEXT,
  hash,
  created
);
CREATE TABLE plg_state__sync_hellos__r2_0c60(
  "key" TEXT,
  hash,
  created
);
INSERT INTO "plg_state__sync_hellos__r2_0c60" VALUES('p1/1','15072607704ba1a125c4bfa5b991d730',1);
INSERT INTO "plg_state__sync_hellos__r2_0c60" VALUES('p2/1','8e3381f40c53c180ad21e2d5cd24731b',1);
CREATE TABLE plg_state__sync_stages__r1_912b(
  "key" TEXT,
  hash,
  created
);
CREATE TABLE plg_state__sync_stages__r2_0c60(
  "key" TEXT,
  hash,
  created
);
INSERT INTO "plg_state__sync_stages__r2_0c60" VALUES('p1','d8771dca9e7d0c84f93a9f732d3d8aad',1);
INSERT INTO "plg_state__sync_stages__r2_0c60" VALUES('p2','f1d7e95eeb56f05177ae2d68a2a3e854',1);
INSERT INTO "plg_state__sync_stages__r2_0c60" VALUES('p3','d8771dca9e7d0c84f93a9f732d3d8aad',1);
CREATE TABLE "plg_state__version" ("version" INTEGER, "plgc" TEXT);
INSERT INTO "plg_state__version" VALUES(1,'0.1.0');
CREATE INDEX "plg_state_changes_lookup" ON "plg_state__changes" (run);
CREATE INDEX "plg_state_firings_lookup" ON "plg_state__firings" (run);
CREATE INDEX "plg_state_receipts_lookup" ON "plg_state__receipts" (run, sync, key);
CREATE UNIQUE INDEX plg__person__pass_1__key__r1_912b ON plg__person__pass_1__r1_912b (id);
CREATE UNIQUE INDEX plg__person__key__r1_912b ON plg__person__r1_912b (id);
CREATE UNIQUE INDEX plg__person__kept__key__r1_912b ON plg__person__kept__r1_912b (id);
CREATE UNIQUE INDEX plg_state__sync_stages__key__r1_912b ON plg_state__sync_stages__r1_912b (key);
CREATE UNIQUE INDEX plg_state__sync_hellos__key__r1_912b ON plg_state__sync_hellos__r1_912b (key);
CREATE VIEW plg__person__prev AS
SELECT
  p."id" AS "id",
  p."plan" AS "plan",
  p."visits" AS "visits",
  p."active" AS "active",
  p."active__since" AS "active__since",
  p."busy" AS "busy",
  p."busy__since" AS "busy__since",
  p."stage" AS "stage",
  p."stage__since" AS "stage__since",
  p."tone" AS "tone",
  p."tone__enrolled_at" AS "tone__enrolled_at",
  p."tone__phase" AS "tone__phase",
  p."welcome__entry" AS "welcome__entry",
  p."welcome__entered_at" AS "welcome__entered_at",
  p."welcome__exited_at" AS "welcome__exited_at",
  p."welcome__cause" AS "welcome__cause",
  p."welcome__active" AS "welcome__active",
  p."welcome__held" AS "welcome__held",
  p."welcome__done" AS "welcome__done",
  p."welcome__hello" AS "welcome__hello",
  p."welcome__hello__sent" AS "welcome__hello__sent",
  p."welcome__tips" AS "welcome__tips",
  p."welcome__offer" AS "welcome__offer",
  p."calls__entry" AS "calls__entry",
  p."calls__entered_at" AS "calls__entered_at",
  p."calls__exited_at" AS "calls__exited_at",
  p."calls__cause" AS "calls__cause",
  p."calls__active" AS "calls__active",
  p."calls__held" AS "calls__held",
  p."calls__done" AS "calls__done",
  p."calls__call" AS "calls__call",
  p."sequence__welcome__hello__asks" AS "sequence__welcome__hello__asks",
  p."sequence__welcome__hello__member" AS "sequence__welcome__hello__member",
  p."sequence__welcome__offer__asks" AS "sequence__welcome__offer__asks",
  p."sequence__welcome__offer__member" AS "sequence__welcome__offer__member",
  TRUE AS row__present
FROM plg__person__r1_912b AS p
UNION ALL
SELECT
  p."id" AS "id",
  CAST(NULL AS TEXT) AS "plan",
  CAST(NULL AS INTEGER) AS "visits",
  CAST(NULL AS INTEGER) AS "active",
  CAST(NULL AS TEXT) AS "active__since",
  CAST(NULL AS INTEGER) AS "busy",
  CAST(NULL AS TEXT) AS "busy__since",
  CAST(NULL AS TEXT) AS "stage",
  CAST(NULL AS TEXT) AS "stage__since",
  p."tone" AS "tone",
  p."tone__enrolled_at" AS "tone__enrolled_at",
  p."tone__phase" AS "tone__phase",
  p."welcome__entry" AS "welcome__entry",
  p."welcome__entered_at" AS "welcome__entered_at",
  p."welcome__exited_at" AS "welcome__exited_at",
  p."welcome__cause" AS "welcome__cause",
  p."welcome__active" AS "welcome__active",
  p."welcome__held" AS "welcome__held",
  p."welcome__done" AS "welcome__done",
  p."welcome__hello" AS "welcome__hello",
  p."welcome__hello__sent" AS "welcome__hello__sent",
  p."welcome__tips" AS "welcome__tips",
  p."welcome__offer" AS "welcome__offer",
  p."calls__entry" AS "calls__entry",
  p."calls__entered_at" AS "calls__entered_at",
  p."calls__exited_at" AS "calls__exited_at",
  p."calls__cause" AS "calls__cause",
  p."calls__active" AS "calls__active",
  p."calls__held" AS "calls__held",
  p."calls__done" AS "calls__done",
  p."calls__call" AS "calls__call",
  CAST(NULL AS INTEGER) AS "sequence__welcome__hello__asks",
  CAST(NULL AS TEXT) AS "sequence__welcome__hello__member",
  CAST(NULL AS INTEGER) AS "sequence__welcome__offer__asks",
  CAST(NULL AS TEXT) AS "sequence__welcome__offer__member",
  FALSE AS row__present
FROM plg__person__kept__r1_912b AS p;
CREATE VIEW plg_state__sync_stages__prev AS
SELECT
  p."key" AS "key",
  p."hash" AS "hash",
  p."created" AS "created"
FROM plg_state__sync_stages__r1_912b AS p;
CREATE VIEW plg_state__sync_hellos__prev AS
SELECT
  p."key" AS "key",
  p."hash" AS "hash",
  p."created" AS "created"
FROM plg_state__sync_hellos__r1_912b AS p;
CREATE UNIQUE INDEX plg__person__pass_1__key__r2_0c60 ON plg__person__pass_1__r2_0c60 (id);
CREATE UNIQUE INDEX plg__person__key__r2_0c60 ON plg__person__r2_0c60 (id);
CREATE UNIQUE INDEX plg__person__kept__key__r2_0c60 ON plg__person__kept__r2_0c60 (id);
CREATE VIEW plg__person AS
-- entity person (program.plg)
SELECT
  w.id,
  w.plan,
  w.visits,
  w.active,
  w.active__since,
  w.busy,
  w.busy__since,
  w.stage,
  w.stage__since,
  w.tone,
  w.tone__enrolled_at,
  w.tone__phase,
  w.welcome__entry,
  w.welcome__entered_at,
  w.welcome__exited_at,
  w.welcome__cause,
  w.welcome__active,
  w.welcome__held,
  w.welcome__done,
  w.welcome__hello,
  w.welcome__hello__sent,
  w.welcome__tips,
  w.welcome__offer,
  w.calls__entry,
  w.calls__entered_at,
  w.calls__exited_at,
  w.calls__cause,
  w.calls__active,
  w.calls__held,
  w.calls__done,
  w.calls__call
FROM plg__person__r2_0c60 AS w;
CREATE VIEW plg__active AS
-- audience active of person (program.plg)
SELECT
  w.*
FROM plg__person AS w
WHERE w.active;
CREATE VIEW plg__busy AS
-- audience busy of active (program.plg)
SELECT
  w.*
FROM plg__person AS w
WHERE w.busy;
CREATE VIEW plg__welcome AS
-- sequence welcome (program.plg)
-- the last entry of each row
SELECT
  w.id,
  w.welcome__entry AS entry,
  w.welcome__entered_at AS entered_at,
  w.welcome__exited_at AS exited_at,
  w.welcome__cause AS cause,
  w.welcome__active AS active,
  w.welcome__held AS held,
  w.welcome__done AS done,
  w.welcome__hello AS hello,
  w.welcome__hello__sent AS hello__sent,
  w.welcome__tips AS tips,
  w.welcome__offer AS offer
FROM plg__person__r2_0c60 AS w
WHERE w.welcome__entry IS NOT NULL
UNION ALL
-- the last entry of rows that are no more
SELECT
  w.id,
  w.welcome__entry AS entry,
  w.welcome__entered_at AS entered_at,
  w.welcome__exited_at AS exited_at,
  w.welcome__cause AS cause,
  w.welcome__active AS active,
  w.welcome__held AS held,
  w.welcome__done AS done,
  w.welcome__hello AS hello,
  w.welcome__hello__sent AS hello__sent,
  w.welcome__tips AS tips,
  w.welcome__offer AS offer
FROM plg__person__kept__r2_0c60 AS w
WHERE w.welcome__entry IS NOT NULL;
CREATE VIEW plg__calls AS
-- sequence calls (program.plg)
-- the last entry of each row
SELECT
  w.id,
  w.calls__entry AS entry,
  w.calls__entered_at AS entered_at,
  w.calls__exited_at AS exited_at,
  w.calls__cause AS cause,
  w.calls__active AS active,
  w.calls__held AS held,
  w.calls__done AS done,
  w.calls__call AS call
FROM plg__person__r2_0c60 AS w
WHERE w.calls__entry IS NOT NULL
UNION ALL
-- the last entry of rows that are no more
SELECT
  w.id,
  w.calls__entry AS entry,
  w.calls__entered_at AS entered_at,
  w.calls__exited_at AS exited_at,
  w.calls__cause AS cause,
  w.calls__active AS active,
  w.calls__held AS held,
  w.calls__done AS done,
  w.calls__call AS call
FROM plg__person__kept__r2_0c60 AS w
WHERE w.calls__entry IS NOT NULL;
CREATE UNIQUE INDEX plg_state__sync_stages__key__r2_0c60 ON plg_state__sync_stages__r2_0c60 (key);
CREATE UNIQUE INDEX plg_state__sync_hellos__key__r2_0c60 ON plg_state__sync_hellos__r2_0c60 (key);
COMMIT;