package app.cairn.core

import java.io.File

/** The engine as the rest of the app sees it: this package alone knows the generated bindings. */
class Core private constructor(private val inner: uniffi.cairn.Core) : AutoCloseable {
    /** Makes everything durable and closes the database. */
    override fun close() {
        inner.use { it.shut() }
    }

    companion object {
        /** The version of the Rust core. */
        val version: String get() = uniffi.cairn.version()

        /** Opens the database in [file], which is made where there is none. */
        fun open(file: File): Core {
            file.parentFile?.mkdirs()
            return Core(uniffi.cairn.Core.open(file.path))
        }
    }
}
