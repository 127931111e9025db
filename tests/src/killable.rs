//! An engine in a runtime of its own: when the runtime is gone, so is everything that ran in it, wherever it was.

use std::sync::Arc;

use remit_engine::ports::SendClass;
use tokio::runtime::{Builder, Runtime};

use crate::{Database, TestApp};

/// A process that can be killed without a process.
#[derive(Debug)]
pub struct Killable {
    runtime: Runtime,
    app: Arc<TestApp>,
}

#[expect(clippy::expect_used, reason = "a harness fails loudly")]
impl Killable {
    /// Starts an engine with this policy text in force and a way out of this class.
    pub async fn start(database: &Arc<Database>, policy: &str, class: SendClass) -> Self {
        let (database, policy) = (Arc::clone(database), policy.to_owned());
        Self::made_by(async move || TestApp::with_class(&database, &policy, class).await).await
    }

    /// Starts one on what a dead one has left, with the same clock and the same way out.
    pub async fn after(dead: &Arc<TestApp>, database: &Arc<Database>) -> Self {
        let (dead, database) = (Arc::clone(dead), Arc::clone(database));
        Self::made_by(async move || dead.again(&database).await).await
    }

    async fn made_by(make: impl AsyncFnOnce() -> TestApp + Send + 'static) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let app = on_a_thread(runtime.handle().clone(), make).await;
        Self { runtime, app: Arc::new(app) }
    }

    /// Does something inside it.
    pub async fn inside<T: Send + 'static>(&self, work: impl AsyncFnOnce(Arc<TestApp>) -> T + Send + 'static) -> T {
        let app = Arc::clone(&self.app);
        on_a_thread(self.runtime.handle().clone(), async move || work(app).await).await
    }

    /// What runs in it.
    #[must_use]
    pub fn app(&self) -> &Arc<TestApp> {
        &self.app
    }

    /// Pulls the plug. What is left is the database, the clock and what has left.
    #[must_use]
    pub fn kill(self) -> Arc<TestApp> {
        self.runtime.shutdown_background();
        self.app
    }
}

#[expect(clippy::expect_used, reason = "a harness fails loudly")]
async fn on_a_thread<T: Send + 'static>(
    handle: tokio::runtime::Handle,
    work: impl AsyncFnOnce() -> T + Send + 'static,
) -> T {
    let (done, result) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = done.send(handle.block_on(work()));
    });
    result.await.expect("the work is done")
}
