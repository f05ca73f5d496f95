//! Face detection by MediaPipe BlazeFace, landmarks refined by the face mesh.
