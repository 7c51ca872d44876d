-- Written by hand from the meaning, not from the compiler's output. The clock is 2020-04-10 00:00:00.
-- Each section gives the keys of one audience in order.

-- @read
SELECT c.id FROM hubspot.email_campaign c
WHERE c.id IN (SELECT e.email_campaign_id FROM hubspot.email_event e WHERE e.type = 'OPEN' AND e.created <= '2020-04-10 00:00:00')
ORDER BY 1;

-- @hot
SELECT c.id FROM hubspot.email_campaign c
WHERE (SELECT COUNT(DISTINCT e.recipient) FROM hubspot.email_event e
       WHERE e.email_campaign_id = c.id AND e.created <= '2020-04-10 00:00:00') >= 5
  AND (SELECT MAX(e.created) FROM hubspot.email_event e
       WHERE e.email_campaign_id = c.id AND e.type = 'OPEN' AND e.created <= '2020-04-10 00:00:00') > '2020-03-11 00:00:00'
ORDER BY 1;

-- @unread
SELECT c.id FROM hubspot.email_campaign c
WHERE c.type = 'AUTOMATED_EMAIL'
  AND NOT EXISTS (SELECT 1 FROM hubspot.email_event e
                  WHERE e.email_campaign_id = c.id AND e.type = 'OPEN' AND e.created <= '2020-04-10 00:00:00')
ORDER BY 1;

-- @live_list
SELECT l.id FROM hubspot.contact_list l
WHERE NOT l._fivetran_deleted
  AND EXISTS (SELECT 1 FROM hubspot.contact_list_member m WHERE m.contact_list_id = l.id AND NOT m._fivetran_deleted)
ORDER BY 1;

-- @manual_list
SELECT l.id FROM hubspot.contact_list l
WHERE l.processing_type = 'MANUAL'
  AND (l.filters_updated_at IS NULL OR l.filters_updated_at <= l.created_at)
ORDER BY 1;

-- @leaking_list
SELECT l.id FROM hubspot.contact_list l
WHERE (SELECT COUNT(*) FROM hubspot.contact_list_member m WHERE m.contact_list_id = l.id AND m._fivetran_deleted)
    > (SELECT COUNT(*) FROM hubspot.contact_list_member m WHERE m.contact_list_id = l.id AND NOT m._fivetran_deleted)
ORDER BY 1;

-- @coded
SELECT c.id FROM hubspot.company c WHERE c."property_hs_all-funky-a9384-syntax" > 5 ORDER BY 1;

-- @not_coded
SELECT c.id FROM hubspot.company c
WHERE c."property_hs_all-funky-a9384-syntax" IS NULL OR c."property_hs_all-funky-a9384-syntax" <= 5 ORDER BY 1;

-- @abroad
SELECT c.id FROM hubspot.company c WHERE c.property_country <> 'United States' AND c.property_city IS NOT NULL ORDER BY 1;

-- @won
SELECT o.id FROM salesforce.opportunity o WHERE o._fivetran_active AND o.is_won ORDER BY 1;

-- @won_unpriced
SELECT o.id FROM salesforce.opportunity o WHERE o._fivetran_active AND o.is_won AND o.amount IS NULL ORDER BY 1;

-- @lost_or_free
SELECT o.id FROM salesforce.opportunity o
WHERE o._fivetran_active AND (NOT o.is_won OR o.amount IS NULL OR o.amount <= 0) ORDER BY 1;

-- @crowded
SELECT o.id FROM salesforce.opportunity o
WHERE o._fivetran_active
  AND EXISTS (SELECT 1 FROM salesforce.opportunity s WHERE s.owner_id = o.owner_id AND s.id <> o.id)
ORDER BY 1;

-- @dormant
SELECT u.id FROM salesforce."user" u
WHERE u.last_login_date IS NULL OR u.last_login_date <= '2020-01-11 00:00:00' OR u.last_login_date > '2020-04-10 00:00:00'
ORDER BY 1;

-- @quiet_and_active
SELECT u.id FROM salesforce."user" u
WHERE u.is_active
  AND (u.last_login_date IS NULL OR u.last_login_date <= '2020-01-11 00:00:00' OR u.last_login_date > '2020-04-10 00:00:00')
ORDER BY 1;
