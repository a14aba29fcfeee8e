package app.cairn.ui

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.content.Intent
import android.database.sqlite.SQLiteDatabase
import android.os.Looper
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.test.core.app.ActivityScenario
import androidx.work.testing.WorkManagerTestInitHelper
import app.cairn.app
import app.cairn.data.serviceAt
import app.cairn.walkForYears
import java.io.Closeable
import java.time.Duration
import java.util.concurrent.ConcurrentHashMap
import kotlin.concurrent.thread
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** With five million sightings stored, no screen keeps the main thread waiting for the core. */
@RunWith(RobolectricTestRunner::class)
class FiveMillionTest {
    @get:Rule val compose = createEmptyComposeRule()

    @Before fun aPhoneOfYears() {
        WorkManagerTestInitHelper.initializeTestWorkManager(app)
        shadowOf(app).grantPermissions(ACCESS_FINE_LOCATION)
        runBlocking {
            app.settings.change { it.copy(consented = true) }
            app.core.addService(serviceAt("https://api.beacondb.net"))
            app.core.walkForYears()
            app.core.close()
        }
        multiply()
    }

    @Test fun everyScreenOpensWithoutTheCoreOnTheMainThread() {
        Watch(Looper.getMainLooper().thread).use { watch ->
            Place.entries.forEach(::open)
            assertTrue("${watch.looks} looks", watch.looks > Place.entries.size)
            assertEquals(emptySet<String>(), watch.seen)
        }
    }

    private fun open(place: Place) {
        val intent = Intent(app, MainActivity::class.java).putExtra(MainActivity.PLACE, place.name)
        ActivityScenario.launch<MainActivity>(intent).use {
            repeat(8) {
                Thread.sleep(25)
                shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(200))
            }
            compose.waitForIdle()
        }
    }

    /** Every report and its sightings again and again, each time under other numbers. */
    private fun multiply() {
        val database = app.getDatabasePath("cairn.db").path
        SQLiteDatabase.openDatabase(database, null, SQLiteDatabase.OPEN_READWRITE).use { db ->
            db.rawQuery("PRAGMA synchronous = OFF", null).use { it.moveToFirst() }
            val stored = db.number("SELECT count(*) FROM sighting")
            val step = db.number("SELECT max(id) FROM report")
            val times = WANTED / stored + 1
            db.beginTransaction()
            listOf("report" to "id", "sighting" to "report", "outbox" to "report").forEach { (table, key) ->
                val columns = db.columns(table)
                val values = columns.joinToString { if (it == key) "$it + n * $step" else it }
                db.execSQL(
                    "WITH RECURSIVE again(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM again WHERE n < $times) " +
                        "INSERT INTO $table (${columns.joinToString()}) SELECT $values FROM again, $table",
                )
            }
            db.setTransactionSuccessful()
            db.endTransaction()
            // Of the rows themselves: the core keeps numbers of its own, which know nothing of these.
            assertTrue(db.number("SELECT count(*) FROM sighting") > WANTED)
        }
    }

    private fun SQLiteDatabase.number(query: String) = rawQuery(query, null).use {
        it.moveToFirst()
        it.getLong(0)
    }

    private fun SQLiteDatabase.columns(table: String) = rawQuery("SELECT name FROM pragma_table_info('$table')", null).use { rows ->
        generateSequence { if (rows.moveToNext()) rows.getString(0) else null }.toList()
    }

    /** Looks again and again what a thread is doing, and keeps what of it was a call into the core. */
    private class Watch(private val watched: Thread) : Closeable {
        val seen: MutableSet<String> = ConcurrentHashMap.newKeySet()

        @Volatile var looks = 0

        @Volatile private var isEnded = false
        private val watcher = thread {
            while (!isEnded) {
                looks++
                watched.stackTrace.filter { it.className.startsWith("app.cairn.core.UniffiLib") }.forEach { seen += it.toString() }
                Thread.sleep(2)
            }
        }

        override fun close() {
            isEnded = true
            watcher.join()
        }
    }

    private companion object {
        const val WANTED = 5_000_000
    }
}
