package app.cairn.ui

import android.graphics.Bitmap
import java.io.File

/** Writes to the folder named by the system property `shots`. */
fun Bitmap.save(name: String) {
    val file = File(System.getProperty("shots", "build/shots"), "$name.png")
    file.parentFile?.mkdirs()
    file.outputStream().use { compress(Bitmap.CompressFormat.PNG, 100, it) }
}

/** How many different colours there are: one on a screen that drew nothing. */
fun Bitmap.colours(): Int {
    val pixels = IntArray(width * height)
    getPixels(pixels, 0, width, 0, 0, width, height)
    return pixels.toSet().size
}
