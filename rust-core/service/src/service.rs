//! Starts a service on a thread of its own and holds it while it runs.

use std::fmt;
use std::net::TcpListener as StdListener;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::desk::Desk;
use crate::faults::FaultScript;
use crate::http::{App, lock, router};
use crate::line::{Grip, Lines};
use crate::requests::{RequestLog, RequestRecord};
use crate::settings::{ServiceError, Settings};
use crate::store::Accepted;
use crate::vault::Vaults;

/// How long a stopping service waits for requests that are under way.
const GRACE: Duration = Duration::from_secs(2);

/// Starts services.
#[derive(Debug)]
pub struct Service;

impl Service {
    /// Opens the database, learns again what is in it, and answers from now on, until what is returned is stopped or dropped.
    ///
    /// # Errors
    /// The database cannot be used, or nothing can listen at the address.
    pub fn start(settings: Settings) -> Result<Running, ServiceError> {
        let desk = Desk::open(&settings)?;
        let vaults = settings.vault.as_ref().map(Vaults::open).transpose()?.map(Arc::new);
        let address = settings.address;
        let listen = |source| ServiceError::Listen { address, source };
        let listener = StdListener::bind(address).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let url = format!("http://{}", listener.local_addr().map_err(listen)?);
        let runtime = Builder::new_current_thread().enable_all().build().map_err(ServiceError::Run)?;
        let listener = {
            let _guard = runtime.enter();
            TcpListener::from_std(listener).map_err(listen)?
        };
        let app = Arc::new(App {
            desk: Mutex::new(desk),
            log: Mutex::new(RequestLog::keeping(settings.requests_kept)),
            faults: Mutex::new(settings.faults),
            max_body: settings.max_body,
            max_unpacked: settings.max_unpacked,
            vaults,
        });
        let (stop, stopped) = oneshot::channel();
        let served = app.clone();
        let thread = thread::Builder::new()
            .name("service".into())
            .spawn(move || serve(runtime, listener, served, stopped))
            .map_err(ServiceError::Run)?;
        Ok(Running { url, app, stop: Some(stop), thread: Some(thread) })
    }
}

fn serve(runtime: Runtime, listener: TcpListener, app: Arc<App>, stopped: oneshot::Receiver<()>) {
    let service = router(app).into_make_service_with_connect_info::<Grip>();
    runtime.block_on(async {
        let (wind_down, winding_down) = oneshot::channel::<()>();
        let serving = axum::serve(Lines(listener), service).with_graceful_shutdown(async {
            let _ = winding_down.await;
        });
        let serving = tokio::spawn(serving.into_future());
        let _ = stopped.await;
        let _ = wind_down.send(());
        if tokio::time::timeout(GRACE, serving).await.is_err() {
            log::warn!("service: stopped with requests under way");
        }
    });
    runtime.shutdown_timeout(GRACE);
}

/// A service that runs. Dropping it stops it.
pub struct Running {
    url: String,
    app: Arc<App>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// The base URL, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every report taken since the database was made, in order of receipt.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn accepted(&self) -> Result<Vec<Accepted>, ServiceError> {
        Ok(lock(&self.app.desk).accepted()?)
    }

    /// The requests since the start, without those for `/health`, in order of arrival.
    pub fn requests(&self) -> Vec<RequestRecord> {
        lock(&self.app.log).records()
    }

    /// Replaces what goes wrong from now on.
    pub fn set_faults(&self, faults: FaultScript) {
        *lock(&self.app.faults) = faults;
    }

    /// Stops answering, after what is under way, and frees address and database.
    pub fn stop(mut self) {
        self.wind_down();
    }

    /// Serves until the process ends; for a command line.
    pub fn wait(mut self) {
        self.join();
    }

    fn wind_down(&mut self) {
        drop(self.stop.take());
        self.join();
    }

    fn join(&mut self) {
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            log::error!("service: its thread panicked");
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.wind_down();
    }
}
