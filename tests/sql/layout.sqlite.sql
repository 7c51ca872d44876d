-- entity workspace (entities.plg:1)

CREATE TABLE plg__workspace__:run AS
WITH

-- workspace.opportunities (entities.plg:14)
--   sales_engaged
opportunities AS (
  SELECT
    o.workspace_id,
    MAX(CASE WHEN o.stage NOT IN ('Closed Won', 'Closed Lost') THEN 1 ELSE 0 END) AS any_open
  FROM salesforce__opportunity AS o
  WHERE NOT o.is_deleted
    AND o.created_at <= :now
  GROUP BY o.workspace_id
),

level_1 AS (
  SELECT
    w.*,
    w."order",
    CASE
      WHEN w.over_its_plan AND PLG_ADD(p.since, '14 days') <= :now AND w.not_yet_extended
        THEN 'locked'
      WHEN w.over_its_plan THEN 'warned'
      ELSE 'ok'
    END AS stage,
    COALESCE(o.any_open = 1, FALSE) AS engaged,
    RANK() OVER (PARTITION BY w.plan ORDER BY w.name DESC NULLS LAST) AS place
  FROM "app__Workspaces" AS w
  LEFT JOIN plg__workspace__prev AS p ON p.id = w.id
  LEFT JOIN opportunities AS o ON o.workspace_id = w.id
  -- computed once: without the next line, its expressions are computed again by every reader
  LIMIT -1
)

-- the columns of workspace
SELECT
  l.id,
  l.stage
FROM level_1 AS l
