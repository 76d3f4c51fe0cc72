"""The shop's tables, for SQLite and PostgreSQL alike. Money is in cents, days are ISO dates, truth is 0 or 1."""

TABLES = (
    """CREATE TABLE IF NOT EXISTS orders (
        id TEXT PRIMARY KEY, customer TEXT NOT NULL, status TEXT NOT NULL,
        total BIGINT NOT NULL CHECK (total >= 0), refunded BIGINT NOT NULL DEFAULT 0,
        currency TEXT NOT NULL DEFAULT 'USD', shipping TEXT NOT NULL DEFAULT 'standard',
        shipping_fee BIGINT NOT NULL, carrier TEXT,
        delivered_on TEXT, note TEXT, method TEXT NOT NULL DEFAULT 'card', last_four TEXT NOT NULL,
        payable INTEGER NOT NULL DEFAULT 1,
        CHECK (refunded BETWEEN 0 AND total)
    )""",
    """CREATE TABLE IF NOT EXISTS items (
        order_id TEXT NOT NULL REFERENCES orders (id), id TEXT NOT NULL, name TEXT NOT NULL,
        price BIGINT NOT NULL, delivered INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (order_id, id)
    )""",
    """CREATE TABLE IF NOT EXISTS customers (id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS refunds (
        id TEXT PRIMARY KEY, order_id TEXT NOT NULL, amount BIGINT NOT NULL CHECK (amount > 0),
        currency TEXT NOT NULL, reason TEXT, state TEXT NOT NULL, sent_on TEXT
    )""",
    """CREATE TABLE IF NOT EXISTS returns (
        id TEXT PRIMARY KEY, order_id TEXT NOT NULL, item_id TEXT NOT NULL, email TEXT,
        state TEXT NOT NULL, last_scan TEXT, UNIQUE (order_id, item_id)
    )""",
    """CREATE TABLE IF NOT EXISTS baskets (
        id TEXT PRIMARY KEY, customer TEXT NOT NULL, first_order INTEGER NOT NULL, subtotal BIGINT NOT NULL,
        currency TEXT NOT NULL, code TEXT
    )""",
    """CREATE TABLE IF NOT EXISTS codes (code TEXT PRIMARY KEY, percent_off INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS shipping_fees (method TEXT PRIMARY KEY, fee BIGINT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS purchases (
        serial TEXT PRIMARY KEY, product TEXT NOT NULL, category TEXT NOT NULL, purchased_on TEXT NOT NULL,
        warranty_until TEXT NOT NULL, battery_warranty_until TEXT
    )""",
    """CREATE TABLE IF NOT EXISTS claims (
        id TEXT PRIMARY KEY, serial TEXT NOT NULL UNIQUE, fault TEXT NOT NULL, state TEXT NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS parcels (
        order_id TEXT PRIMARY KEY, last_scan TEXT NOT NULL, scanned_at TEXT NOT NULL, estimated_arrival TEXT NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS numbers (kind TEXT PRIMARY KEY, last BIGINT NOT NULL)""",
    # Every act that was done, under its idempotency key, with the answer that was given or would have been.
    """CREATE TABLE IF NOT EXISTS acts (
        key TEXT PRIMARY KEY, tool TEXT NOT NULL, arguments TEXT NOT NULL, answer TEXT NOT NULL,
        granted TEXT, at TEXT NOT NULL
    )""",
)
