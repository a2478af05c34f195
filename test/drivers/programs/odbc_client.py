# ODBC through unixODBC's driver manager: a query, SQLPrepare with a bound parameter, and SQLCancel from another thread.
import ctypes
import os
import sys
import threading

odbc = ctypes.CDLL(os.environ["ODBC_LIBRARY"])
ENV, DBC, STMT = 1, 2, 3
NTS = -3
C_CHAR, SLONG, PARAM_INPUT = 1, -16, 1


def say(*words):
    print(*words, flush=True)


def diagnosis(kind, handle):
    state, text = ctypes.create_string_buffer(6), ctypes.create_string_buffer(600)
    native, length = ctypes.c_int(), ctypes.c_short()
    odbc.SQLGetDiagRec(kind, handle, 1, state, ctypes.byref(native), text, 600, ctypes.byref(length))
    return native.value, state.value.decode(), text.value.decode()


def check(result, kind, handle):
    if ctypes.c_short(result).value not in (0, 1):
        raise RuntimeError(diagnosis(kind, handle))


def allocate(kind, parent):
    handle = ctypes.c_void_p()
    check(odbc.SQLAllocHandle(kind, parent, ctypes.byref(handle)), kind, parent)
    return handle


def first_column(statement):
    check(odbc.SQLFetch(statement), STMT, statement)
    text, length = ctypes.create_string_buffer(100), ctypes.c_long()
    check(odbc.SQLGetData(statement, 1, C_CHAR, text, 100, ctypes.byref(length)), STMT, statement)
    odbc.SQLFreeStmt(statement, 0)
    return text.value.decode()


environment = allocate(ENV, None)
odbc.SQLSetEnvAttr(environment, 200, ctypes.c_void_p(3), 0)
connection = allocate(DBC, environment)
source = "DRIVER={%(ODBC_DRIVER)s};SERVER=%(HOST)s;PORT=%(PORT)s;DATABASE=%(SCHEMA)s;UID=%(USER_NAME)s;PWD=%(PASSWORD)s;CHARSET=utf8mb4"
check(
    odbc.SQLDriverConnect(connection, None, (source % os.environ).encode(), NTS, None, 0, None, 0),
    DBC,
    connection,
)
statement = allocate(STMT, connection)

check(odbc.SQLExecDirect(statement, "SELECT CONCAT(40 + 2, ' nämé')".encode(), NTS), STMT, statement)
say("query", first_column(statement))

check(odbc.SQLPrepare(statement, b"SELECT ? + 2", NTS), STMT, statement)
value, indicator = ctypes.c_int(40), ctypes.c_long(0)
check(
    odbc.SQLBindParameter(statement, 1, PARAM_INPUT, SLONG, 4, 10, 0, ctypes.byref(value), 0, ctypes.byref(indicator)),
    STMT,
    statement,
)
check(odbc.SQLExecute(statement), STMT, statement)
say("prepared", first_column(statement))
odbc.SQLFreeHandle(STMT, statement)

statement = allocate(STMT, connection)


def cancel():
    sys.stdin.readline()
    odbc.SQLCancel(statement)


threading.Thread(target=cancel).start()
try:
    check(odbc.SQLExecDirect(statement, os.environ["LONG_STATEMENT"].encode(), NTS), STMT, statement)
    say("not cancelled")
except RuntimeError as error:
    say("cancelled", error.args[0][0])
odbc.SQLFreeHandle(STMT, statement)

statement = allocate(STMT, connection)
check(odbc.SQLExecDirect(statement, b"SELECT 1", NTS), STMT, statement)
say("after", first_column(statement))
odbc.SQLDisconnect(connection)
