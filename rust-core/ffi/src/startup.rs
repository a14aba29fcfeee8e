//! What the library needs from Android before anything else: the log, a word about panics, and the phone's own way to trust
//! certificates. The only code that Java calls by name.

use std::panic;
use std::sync::Once;

use jni::EnvUnowned;
use jni::errors::ThrowRuntimeExAndDefault;
use jni::objects::{JClass, JObject};

static LOGGING: Once = Once::new();

/// `app.cairn.core.Startup.start(Context)`: to be called once, before the first core is opened; again does no harm.
#[unsafe(no_mangle)]
pub extern "system" fn Java_app_cairn_core_Startup_start<'local>(
    mut env: EnvUnowned<'local>,
    _class: JClass<'local>,
    context: JObject<'local>,
) {
    env.with_env(|env| -> Result<(), jni::errors::Error> {
        LOGGING.call_once(|| {
            log_to_system();
            // The message of a panic may quote what it choked on; the place is enough to find it.
            panic::set_hook(Box::new(|panic| {
                let place = panic.location().map(ToString::to_string).unwrap_or_default();
                log::error!("panic at {place}");
            }));
        });
        trust_as_the_phone_does(env, context)
    })
    .resolve::<ThrowRuntimeExAndDefault>();
}

#[cfg(target_os = "android")]
fn log_to_system() {
    let config = android_logger::Config::default().with_tag("cairn").with_max_level(log::LevelFilter::Info);
    android_logger::init_once(config);
}

/// A JVM on a desk has no system log; its tests look at what the engine answers.
#[cfg(not(target_os = "android"))]
fn log_to_system() {}

/// The verifier asks Android's trust store through Java, and panics on the first HTTPS request unless it was given a context.
#[cfg(target_os = "android")]
fn trust_as_the_phone_does(env: &mut jni::Env<'_>, context: JObject<'_>) -> Result<(), jni::errors::Error> {
    rustls_platform_verifier::android::init_with_env(env, context)
}

#[cfg(not(target_os = "android"))]
#[expect(clippy::unnecessary_wraps, reason = "as on Android")]
fn trust_as_the_phone_does(_env: &mut jni::Env<'_>, _context: JObject<'_>) -> Result<(), jni::errors::Error> {
    Ok(())
}
