// ICE candidates as the room's signaling carries them.

/** Holds back the other side's candidates until its description is known. */
export class Candidates {
  #connection;
  #early = [];

  constructor(connection, signal) {
    this.#connection = connection;
    connection.addEventListener("icecandidate", ({ candidate }) => {
      signal({ candidate: candidate && outgoing(candidate) });
    });
  }

  async add(candidate) {
    if (this.#connection.remoteDescription === null) this.#early.push(candidate);
    else await this.#add(candidate);
  }

  /** The remote description was set. */
  async flush() {
    for (const candidate of this.#early.splice(0)) await this.#add(candidate);
  }

  async #add(candidate) {
    try {
      await this.#connection.addIceCandidate(candidate ?? undefined);
    } catch {
      // One address that can't be used: ICE goes on with the others.
    }
  }
}

function outgoing({ candidate, sdpMid, sdpMLineIndex }) {
  return { candidate, sdpMid, sdpMLineIndex };
}
