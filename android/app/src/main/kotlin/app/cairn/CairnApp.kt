package app.cairn

import android.app.Application
import android.content.Context
import app.cairn.core.Core

/** Owns what lives as long as the process. */
class CairnApp : Application() {
    /** Opened where it is first needed: a process that only draws a widget's preview has no use for the database. */
    val core: Core by lazy { Core.open(getDatabasePath("cairn.db")) }
}

/** The application behind any context. */
val Context.cairn: CairnApp get() = applicationContext as CairnApp
