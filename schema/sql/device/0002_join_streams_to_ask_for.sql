-- One list of the streams to ask for whole takes the place of three.

INSERT INTO meta
SELECT 'ask_again', json_group_array(json(ask)) FROM (
    SELECT json_object('ask', 'now', 'stream', value) AS ask
    FROM json_each((SELECT value FROM meta WHERE key = 'heal'))
    UNION ALL
    SELECT json_object('ask', 'unless_stamped', 'stream', own_op.stream, 'seq', own_op.seq)
    FROM json_each((SELECT value FROM meta WHERE key = 'unsure')) AS unsure JOIN own_op ON own_op.seq = unsure.value
    UNION ALL
    SELECT json_object('ask', 'unless_back', 'stream', value)
    FROM json_each((SELECT value FROM meta WHERE key = 'doubted'))
)
HAVING COUNT(*) > 0;

DELETE FROM meta WHERE key IN ('heal', 'unsure', 'doubted');
