package app.cairn.core

import android.content.Context

/** What the native library needs from Android before the core is opened: see `rust-core/ffi/src/startup.rs`. */
internal object Startup {
    private val done by lazy { System.loadLibrary("cairn") }

    fun run(context: Context) {
        done
        start(context.applicationContext)
    }

    @JvmStatic
    private external fun start(context: Context)
}
