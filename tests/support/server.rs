//! The one way to a PostgreSQL server. The tests share one, and each has databases of its own on it, which go with it: the
//! server of `$PLGC_TEST_POSTGRES`, or else one that is started on a free loopback port and stops, by its process id, with
//! the last test that holds it. As root, it runs under an unprivileged account. Without a server, a test fails.

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use plgc::engine::{Location, Secret, postgres};

use super::wait;

static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Settings of a server of which nothing is kept: thousands of tables are made and dropped on it.
const FORGETFUL: &[&str] = &[
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=256MB",
    "autovacuum=off",
];

struct Server {
    port: u16,
    child: Child,
    folder: tempfile::TempDir,
}

/// A database of its own, on the shared server.
pub struct Database {
    /// None: the server is not the tests' own.
    server: Option<Arc<Server>>,
    /// Where it was made, and will be dropped, and its name.
    made: Option<(String, String)>,
    pub url: String,
}

impl Database {
    /// The certificate of its server, in PEM.
    pub fn certificate(&self) -> String {
        let server = self.server.as_ref().expect("a server of its own");
        std::fs::read_to_string(server.folder.path().join("data/server.crt")).unwrap()
    }

    /// A new, empty one.
    pub fn new() -> Self {
        let server = std::env::var("PLGC_TEST_POSTGRES").is_err().then(shared);
        let home = server.as_ref().map_or_else(given, |server| server.url("postgres"));
        let name = format!("plgc_{}_{}", std::process::id(), DATABASES.fetch_add(1, Ordering::Relaxed));
        execute(&home, &format!("CREATE DATABASE {name}"));
        let (before, _) = home.rsplit_once("/postgres").expect("the address of the database `postgres`");
        let url = format!("{before}/{name}?sslmode=disable");
        Self { server, made: Some((home, name)), url }
    }

    /// One on a server of its own, which speaks TLS with a certificate that it has signed itself.
    pub fn with_tls() -> Self {
        let server = Arc::new(Server::start(true));
        Self { url: server.url("postgres"), server: Some(server), made: None }
    }

    /// Where it is.
    pub fn location(&self) -> Location {
        Location::Url(Secret::new(self.url.clone()))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((home, name)) = &self.made {
            execute(home, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// The server that all tests of this process share.
fn shared() -> Arc<Server> {
    let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(Server::start(false));
        *shared = Arc::downgrade(&server);
        server
    })
}

/// The database `postgres` of the server that is given.
fn given() -> String {
    std::env::var("PLGC_TEST_POSTGRES").expect("an address")
}

/// A statement, on a thread of its own: the caller may be waiting for something already.
fn execute(url: &str, sql: &str) {
    let location = Location::Url(Secret::new(url.to_owned()));
    let work = || wait(async { (postgres::DRIVER.open)(&location).await?.execute(sql).await.map(|_| ()) });
    let done = std::thread::scope(|scope| scope.spawn(work).join());
    if !std::thread::panicking() {
        done.unwrap().unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

/// Where its files are: in memory, where there is room.
fn place() -> &'static Path {
    let free = Command::new("df").args(["-Pk", "/dev/shm"]).output().ok();
    let free = free.and_then(|said| {
        let text = String::from_utf8(said.stdout).ok()?;
        text.lines().nth(1)?.split_whitespace().nth(3)?.parse::<u64>().ok()
    });
    Path::new(if free.is_some_and(|kilobytes| kilobytes > 4 << 20) { "/dev/shm" } else { "/tmp" })
}

impl Server {
    fn start(with_tls: bool) -> Self {
        let account = account();
        let folder = tempfile::Builder::new().prefix("plgc-postgres-").tempdir_in(place()).unwrap();
        if let Some((user, group)) = account {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let data = folder.path().join("data");
        let made = command(&programs().join("initdb"), account)
            .args([
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=icu",
                "--icu-locale=en-US",
                "--username=plgc",
                "--no-sync",
                "-D",
            ])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let tls = if with_tls { certificate(&data, account) } else { Vec::new() };
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = command(&programs().join("postgres"), account)
            .args(["-h", "127.0.0.1", "-c", "unix_socket_directories=", "-p", &port.to_string(), "-D"])
            .arg(&data)
            .args(FORGETFUL.iter().flat_map(|setting| ["-c", setting]))
            .args(tls)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let server = Self { port, child, folder };
        server.wait_until_up();
        server
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://plgc:plgc@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    fn wait_until_up(&self) {
        let start = Instant::now();
        loop {
            let location = Location::Url(Secret::new(self.url("postgres")));
            if wait(async { (postgres::DRIVER.open)(&location).await }).is_ok() {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "the PostgreSQL server does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Makes a key and a certificate that it has signed itself, where only the server's account reads them; gives the settings.
fn certificate(data: &Path, account: Option<(u32, u32)>) -> Vec<String> {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    let mut openssl = Command::new("openssl");
    openssl.args(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost".split(' '),
    );
    openssl.args("-addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE".split(' '));
    let made = openssl.args(["-keyout", "server.key", "-out", "server.crt"]).current_dir(data).output();
    let made = made.expect("this test needs `openssl`: on Debian, `apt-get install openssl`");
    assert!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
    for path in ["server.crt", "server.key"].map(|name| data.join(name)) {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        if let Some((user, group)) = account {
            chown(&path, Some(user), Some(group)).unwrap();
        }
    }
    vec!["-c".to_owned(), "ssl=on".to_owned()]
}

impl Drop for Server {
    fn drop(&mut self) {
        // An immediate stop: nothing of it is kept.
        let _ = Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// Where the server's programs are.
fn programs() -> PathBuf {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect())
        .unwrap_or_default();
    versions.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(versions.into_iter().rev());
    let found = places.into_iter().find(|place| place.join("initdb").exists() && place.join("postgres").exists());
    found.expect("these tests need PostgreSQL's `initdb` and `postgres`: on Debian, `apt-get install postgresql`")
}

/// The account that the server runs under where this process is root: the server refuses root.
pub fn account() -> Option<(u32, u32)> {
    let is_root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").ok()?) == 0;
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let of = |name: &str| {
        let line = accounts.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut parts = line.split(':').skip(2);
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    is_root.then(|| of("postgres").or_else(|| of("nobody")).expect("an unprivileged account"))
}

fn command(program: &Path, account: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/tmp");
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    command
}
