# PyMySQL: a query, a statement with parameters, and a running statement that a second connection cancels.
import os
import sys
import threading

import pymysql


def connect():
    return pymysql.connect(
        host=os.environ["HOST"],
        port=int(os.environ["PORT"]),
        user=os.environ["USER_NAME"],
        password=os.environ["PASSWORD"],
        database=os.environ["SCHEMA"],
        charset="utf8mb4",
    )


def say(*words):
    print(*words, flush=True)


connection = connect()
cursor = connection.cursor()
cursor.execute("SELECT 40 + 2, 'nämé'")
say("query", *cursor.fetchone())
# PyMySQL has no binary protocol: it puts parameters in itself, so the server's own PREPARE stands for it.
cursor.execute("PREPARE sum_of FROM 'SELECT ? + ?'")
cursor.execute("SET @a = %s, @b = %s", (40, 2))
cursor.execute("EXECUTE sum_of USING @a, @b")
say("prepared", cursor.fetchone()[0])
cursor.execute("DEALLOCATE PREPARE sum_of")


def cancel():
    sys.stdin.readline()
    with connect() as other:
        other.cursor().execute("KILL QUERY %d" % connection.thread_id())


threading.Thread(target=cancel).start()
try:
    cursor.execute(os.environ["LONG_STATEMENT"])
    say("not cancelled")
except pymysql.MySQLError as error:
    say("cancelled", error.args[0])
cursor.execute("SELECT 1")
say("after", *cursor.fetchone())
connection.close()
