-- The rank of a line: 0 an open concern, 1 somebody who may be lost, 2 paperwork (the crime's reference, its offence).
UPDATE worklist_lines SET rank = 2 WHERE tie >> 3 IN (18, 20);
