package app.cairn

import android.graphics.Bitmap
import java.io.File

/** Writes to the folder named by the system property `shots`. */
fun Bitmap.save(name: String) {
    val file = File(System.getProperty("shots", "build/shots"), "$name.png")
    file.parentFile?.mkdirs()
    file.outputStream().use { compress(Bitmap.CompressFormat.PNG, 100, it) }
}
