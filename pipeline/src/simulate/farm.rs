//! An RTSP server in this process, on a free port of the loopback interface.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Instant;

use gst::glib;
use gstreamer as gst;
use gstreamer_app as app;
use gstreamer_rtsp_server as rtsp;
use parking_lot::Mutex;
use rtsp::prelude::*;

use super::SimulateError;
use super::clip::Clip;
use super::encoder::broken;
use super::feeder::Feeder;
use super::journal::Journal;
use super::mount::{self, Mount};

/// Simulated cameras behind one RTSP server. Dropping it takes them all away.
pub struct RtspFarm {
    points: rtsp::RTSPMountPoints,
    auth: rtsp::RTSPAuth,
    port: u16,
    server: Mutex<Option<Server>>,
    feeder: Feeder,
    feeding: Option<JoinHandle<()>>,
    mounts: Mutex<Vec<Mount>>,
}

/// How a camera is mounted.
#[derive(Clone, Default)]
pub struct MountOptions {
    /// User and password that it asks for, by digest.
    pub login: Option<(String, String)>,
}

const ANYONE: &str = "anyone";

impl RtspFarm {
    /// Starts the server without cameras.
    ///
    /// # Errors
    /// [`SimulateError::Broken`] when GStreamer or a thread does not start.
    pub fn start() -> Result<RtspFarm, SimulateError> {
        Self::start_at(0)
    }

    /// The same at a port, where another farm was before; 0 takes a free one.
    ///
    /// # Errors
    /// As [`Self::start`], and when the port is taken.
    pub fn start_at(port: u16) -> Result<RtspFarm, SimulateError> {
        crate::runtime::start().map_err(broken)?;
        let points = rtsp::RTSPMountPoints::new();
        let auth = rtsp::RTSPAuth::new();
        auth.set_supported_methods(rtsp::gst_rtsp::RTSPAuthMethod::Digest);
        auth.set_realm(Some("camera"));
        let mut anyone = rtsp::RTSPToken::builder().field("media.factory.role", ANYONE).build();
        auth.set_default_token(Some(&mut anyone));
        let server = Server::start(port, &points, &auth)?;
        let (feeder, feeding) = Feeder::start()?;
        Ok(RtspFarm {
            points,
            auth,
            port: server.port,
            server: Mutex::new(Some(server)),
            feeder,
            feeding: Some(feeding),
            mounts: Mutex::new(Vec::new()),
        })
    }

    /// Adds a camera under `/name`.
    ///
    /// # Errors
    /// [`SimulateError::Missing`] when the RTP payloader is not installed.
    pub fn mount(&self, name: &str, clip: &Clip, options: &MountOptions) -> Result<Mount, SimulateError> {
        let codec = clip.options().codec;
        for element in codec.parser().into_iter().chain([codec.payloader()]) {
            gst::ElementFactory::find(element).ok_or(SimulateError::Missing(element))?;
        }
        let url = format!("rtsp://127.0.0.1:{}/{name}", self.port);
        let inner = Arc::new(mount::Inner {
            url,
            clip: clip.clone(),
            feeder: self.feeder.clone(),
            flow: Mutex::default(),
        });
        let factory = rtsp::RTSPMediaFactory::new();
        factory.set_launch(codec.launch());
        factory.set_shared(true);
        self.guard(&factory, options);
        let (weak, caps) = (Arc::downgrade(&inner), clip.inner.caps.clone());
        factory.connect_media_configure(move |_, media| {
            if let Some(inner) = weak.upgrade() {
                configure(media, &caps, &inner);
            }
        });
        self.points.add_factory(&format!("/{name}"), factory);
        self.feeder.take(Arc::downgrade(&inner));
        let mount = Mount { inner };
        self.mounts.lock().push(mount.clone());
        Ok(mount)
    }

    /// The power cut: every connection breaks and nothing listens any more.
    pub fn kill(&self) {
        drop(self.server.lock().take());
    }

    /// Listens again, on the same port.
    ///
    /// # Errors
    /// [`SimulateError::Broken`] when the port is taken by now.
    pub fn revive(&self) -> Result<(), SimulateError> {
        let mut server = self.server.lock();
        if server.is_none() {
            *server = Some(Server::start(self.port, &self.points, &self.auth)?);
        }
        Ok(())
    }

    /// Notes in `journal` when each picture was captured, by camera in the order in which they were mounted so far.
    pub fn keep(&self, journal: &Journal) {
        for (number, mount) in self.mounts.lock().iter().enumerate() {
            mount.keep(journal.place(number));
        }
    }

    /// The port it listens on, at 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Says who may open a camera. Everybody may see that it is there, so that a missing login is 401, not 404.
    fn guard(&self, factory: &rtsp::RTSPMediaFactory, options: &MountOptions) {
        let role = |name: &str, open: bool| {
            gst::Structure::builder(name)
                .field("media.factory.access", true)
                .field("media.factory.construct", open)
                .build()
        };
        factory.add_role_from_structure(&role(ANYONE, options.login.is_none()));
        if let Some((user, password)) = &options.login {
            let token = rtsp::RTSPToken::builder().field("media.factory.role", user.as_str()).build();
            self.auth.add_digest(user, password, &token);
            factory.add_role_from_structure(&role(user, true));
        }
    }
}

impl Drop for RtspFarm {
    fn drop(&mut self) {
        self.kill();
        self.feeder.stop();
        if let Some(feeding) = self.feeding.take()
            && feeding.join().is_err()
        {
            tracing::error!("the feeder of the simulated cameras panicked");
        }
    }
}

/// Hooks a fresh media pipeline up to the feeder.
fn configure(media: &rtsp::RTSPMedia, caps: &gst::Caps, inner: &Arc<mount::Inner>) {
    let element = media.element();
    let source = element.downcast::<gst::Bin>().ok().and_then(|bin| bin.by_name("camera"));
    let Some(source) = source.and_then(|source| source.downcast::<app::AppSrc>().ok()) else { return };
    source.set_caps(Some(caps));
    source.set_format(gst::Format::Time);
    source.set_is_live(true);
    source.set_max_buffers(64);
    source.set_leaky_type(app::AppLeakyType::Downstream);
    let (weak, closed) = (Arc::downgrade(inner), source.clone());
    media.connect_unprepared(move |_| {
        if let Some(inner) = weak.upgrade() {
            inner.finish(&closed);
        }
    });
    inner.begin(source, Instant::now());
}

/// The listening server with its thread.
struct Server {
    port: u16,
    context: glib::MainContext,
    main_loop: glib::MainLoop,
    server: rtsp::RTSPServer,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start(
        port: u16,
        points: &rtsp::RTSPMountPoints,
        auth: &rtsp::RTSPAuth,
    ) -> Result<Server, SimulateError> {
        let server = rtsp::RTSPServer::new();
        server.set_address("127.0.0.1");
        server.set_service(&port.to_string());
        server.set_mount_points(Some(points));
        server.set_auth(Some(auth));
        let context = glib::MainContext::new();
        let main_loop = glib::MainLoop::new(Some(&context), false);
        let source = server.attach(Some(&context)).map_err(broken)?;
        let bound = u16::try_from(server.bound_port()).map_err(broken)?;
        let (running, context_of_thread) = (main_loop.clone(), context.clone());
        let (begun, begins) = sync_channel::<()>(1);
        let thread = std::thread::Builder::new()
            .name("sim-rtsp".to_owned())
            .spawn(move || {
                let turn = context_of_thread.with_thread_default(|| {
                    drop(begun);
                    running.run();
                });
                if let Some(listening) = context_of_thread.find_source_by_id(&source) {
                    listening.destroy();
                }
                if let Err(error) = turn {
                    tracing::error!(%error, "the simulated cameras have no main loop");
                }
            })
            .map_err(broken)?;
        // Ends when the thread has dropped its end.
        let _begun = begins.recv();
        Ok(Server { port: bound, context, main_loop, server, thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.server.client_filter(Some(&mut |_, _| rtsp::RTSPFilterResult::Remove));
        let main_loop = self.main_loop.clone();
        // On its own thread, so that it is not asked to quit before it runs.
        self.context.invoke(move || main_loop.quit());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the RTSP server of the simulated cameras panicked");
        }
    }
}
