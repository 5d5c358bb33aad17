-- Whether the server knows the receipt that an op cites: 0, it does or none is cited; 1, it cannot have given it, and the
-- op's clock is suspect.
ALTER TABLE ops ADD COLUMN cited INTEGER NOT NULL DEFAULT 0;
