create role a;
create role b;
create role c;
grant a to b with inherit false, set true;
grant a to c with set false;
grant b to c with admin true, inherit true;
