package app.cairn.ui.outbox

import androidx.compose.runtime.Immutable
import app.cairn.CairnApp
import app.cairn.background.UploadWorker
import app.cairn.core.AttemptRow
import app.cairn.core.CoreException
import app.cairn.core.OutboxRow
import app.cairn.core.QuarantinedRow
import app.cairn.ui.parts.CoreViewModel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow

/** Everything the outbox shows. */
@Immutable
data class OutboxState(
    val services: List<OutboxRow>,
    val quarantined: List<QuarantinedRow>,
    /** The last requests, the newest first. */
    val attempts: List<AttemptRow>,
)

class OutboxViewModel(app: CairnApp) : CoreViewModel(app) {
    private val mutableState = MutableStateFlow<OutboxState?>(null)
    val state: StateFlow<OutboxState?> = mutableState.asStateFlow()

    fun load() = ask { read() }

    suspend fun refresh() {
        try {
            read()
        } catch (_: CoreException) {
            // The user sees it with the next thing they ask for; what is shown stays as it was.
        }
    }

    fun sendNow() = UploadWorker.enqueue(app, hurry = true)

    fun resume(service: Long) = ask {
        app.core.resumeService(service)
        UploadWorker.enqueue(app)
        read()
    }

    fun resend(row: QuarantinedRow) = ask {
        app.core.resend(row.service, row.report)
        UploadWorker.enqueue(app)
        read()
    }

    private suspend fun read() {
        mutableState.value = OutboxState(app.core.outbox(), app.core.quarantined(), app.core.attempts().takeLast(SHOWN_ATTEMPTS).reversed())
    }
    private companion object {
        const val SHOWN_ATTEMPTS = 8
    }
}
