-- Of a log that was set aside only what waits is counted, at each question how far the phone is in step.
CREATE INDEX old_op_waiting ON old_op_row (device, seq) WHERE state = 'waiting';
