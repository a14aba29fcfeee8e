package app.cairn

import java.io.File

/** A folder of the app's sources. Gradle runs tests in the module's folder, the check build at the repository's root. */
fun sources(path: String): File = listOf(File("src"), File("android/app/src")).first { it.isDirectory }.resolve(path)

/** A file of `tests/data/tracks`; see the notices beside it. */
fun tracks(name: String): File = samples("tracks").resolve(name)

/** A folder of `tests/data`. */
fun samples(folder: String): File = listOf(File("tests/data"), File("../../tests/data")).first { it.isDirectory }.resolve(folder)
