-- Arming in the rows' own transaction, and the sweep. Times are microseconds since 1970; {horizon} is in microseconds too.
CREATE TABLE IF NOT EXISTS alarm_sweep (one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one), through BIGINT NOT NULL);
INSERT INTO alarm_sweep (through) VALUES (0) ON CONFLICT DO NOTHING;

CREATE OR REPLACE FUNCTION postwright_now() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
$$;

CREATE OR REPLACE FUNCTION postwright_arm_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.wake_at <= postwright_now() + 2 * {horizon} THEN
        PERFORM postwright_arm(NEW.account, NEW.wake_at);
    END IF;
    RETURN NULL;
END $$;

-- One at a time over all machines: who finds another sweeping has nothing to do.
CREATE OR REPLACE FUNCTION postwright_sweep() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    swept bigint;
    ahead bigint := postwright_now() + {horizon};
    armed bigint;
BEGIN
    SELECT through INTO swept FROM alarm_sweep FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    PERFORM postwright_arm(account, wake_at) FROM delivery
        WHERE state IN ({waiting}) AND wake_at > swept AND wake_at <= ahead;
    GET DIAGNOSTICS armed = ROW_COUNT;
    PERFORM postwright_arm(account, postwright_now()) FROM (
        SELECT DISTINCT account FROM delivery
            WHERE state IN ({waiting}) AND wake_at <= postwright_now() - {lost}
    ) AS waiting;
    UPDATE alarm_sweep SET through = ahead;
    RETURN armed;
END $$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'postwright_arm' AND tgrelid = 'delivery'::regclass) THEN
        CREATE TRIGGER postwright_arm AFTER INSERT OR UPDATE OF wake_at, state ON delivery FOR EACH ROW
            WHEN (NEW.wake_at IS NOT NULL AND NEW.state IN ({waiting}))
            EXECUTE FUNCTION postwright_arm_row();
    END IF;
END $$;
