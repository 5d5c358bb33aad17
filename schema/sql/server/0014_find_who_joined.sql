-- Everybody in an organisation is told who joined: each phone asks, after each enrolment.
CREATE INDEX rights_by_org ON rights (org, from_ms);
CREATE INDEX devices_by_time ON devices (enrolled_ms);
