// Photos from the camera: a phone's own camera app where there is one, else a live preview with a shutter.

import { say } from "./words.js";

const $ = (id) => document.getElementById(id);
const QUALITY = 0.92;
const PROBLEMS = { NotAllowedError: "cameraDenied", NotReadableError: "cameraBusy" };

// Events: "photo" (a File) and "problem" (a key of words).
export class Camera extends EventTarget {
  #stream = null;
  #cameras = []; // ids of what can be switched between
  #using = 0;

  start() {
    const phone = matchMedia("(pointer: coarse)").matches;
    $("shoot").hidden = !phone && !navigator.mediaDevices?.getUserMedia; // the latter only on HTTPS or one's own machine
    $("shoot").addEventListener("click", () => (phone ? $("snap").click() : this.#open()));
    $("snap").addEventListener("change", () => {
      for (const file of $("snap").files) this.#tell("photo", file);
      $("snap").value = "";
    });
    $("shutter").addEventListener("click", () => this.#shoot());
    $("turn").addEventListener("click", () => this.#turn());
    $("shut").addEventListener("click", () => $("camera").close());
    $("camera").addEventListener("close", () => this.#stop());
  }

  async #open() {
    try {
      await this.#look({ facingMode: "environment" });
    } catch (error) {
      return this.#tell("problem", PROBLEMS[error.name] ?? "cameraMissing");
    }
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.#cameras = devices.filter(({ kind }) => kind === "videoinput").map(({ deviceId }) => deviceId);
    this.#using = 0;
    $("turn").hidden = this.#cameras.length < 2;
    $("camera").showModal();
    $("shutter").focus();
  }

  async #look(which) {
    const size = { width: { ideal: 1920 }, height: { ideal: 1920 } };
    const stream = await navigator.mediaDevices.getUserMedia({ video: { ...which, ...size } });
    this.#stop();
    this.#stream = stream;
    const { facingMode } = stream.getVideoTracks()[0].getSettings();
    $("finder").classList.toggle("mirror", facingMode !== "environment"); // people know themselves from mirrors
    $("finder").srcObject = stream;
  }

  async #turn() {
    this.#using = (this.#using + 1) % this.#cameras.length;
    try {
      await this.#look({ deviceId: { exact: this.#cameras[this.#using] } });
    } catch (error) {
      $("camera").close();
      this.#tell("problem", PROBLEMS[error.name] ?? "cameraMissing");
    }
  }

  #shoot() {
    const { videoWidth, videoHeight } = $("finder");
    if (!videoWidth) return; // it has not opened its eye yet
    const frame = document.createElement("canvas");
    frame.width = videoWidth;
    frame.height = videoHeight;
    frame.getContext("2d").drawImage($("finder"), 0, 0);
    frame.toBlob((blob) => {
      $("camera").close();
      this.#tell("photo", new File([blob], `${say("snapshot")}.jpg`, { type: "image/jpeg" }));
    }, "image/jpeg", QUALITY);
  }

  #stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    $("finder").srcObject = null;
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
