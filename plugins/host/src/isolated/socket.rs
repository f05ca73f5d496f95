//! Sockets between host and worker: one message is one datagram, the end of the other side is an empty one.

use std::io::{self, Error, ErrorKind};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// Most descriptors in one message.
pub(crate) const FDS_MAX: usize = 64;

/// Two connected ends.
pub(crate) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [-1; 2];
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    // SAFETY: `ends` has room for two descriptors.
    if unsafe { libc::socketpair(libc::AF_UNIX, kind, 0, ends.as_mut_ptr()) } != 0 {
        return Err(Error::last_os_error());
    }
    // SAFETY: both were just opened and belong to nobody else.
    Ok(unsafe { (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])) })
}

/// Sends one message. With `wait` unset, a full socket is [`ErrorKind::WouldBlock`].
pub(crate) fn send(to: BorrowedFd<'_>, message: &[u8], wait: bool) -> io::Result<()> {
    let flags = libc::MSG_NOSIGNAL | if wait { 0 } else { libc::MSG_DONTWAIT };
    retried(|| {
        // SAFETY: the message is readable.
        unsafe { libc::send(to.as_raw_fd(), message.as_ptr().cast(), message.len(), flags) }
    })
    .map(drop)
}

/// Receives one message into `room`; 0 when the other side has ended. Descriptors sent with it are closed unread.
pub(crate) fn receive(from: BorrowedFd<'_>, room: &mut [u8]) -> io::Result<usize> {
    retried(|| {
        // SAFETY: the room is writable.
        unsafe { libc::recv(from.as_raw_fd(), room.as_mut_ptr().cast(), room.len(), 0) }
    })
}

/// Room for the ancillary data of [`FDS_MAX`] descriptors, aligned as the kernel wants it.
#[repr(C, align(8))]
struct Control([u8; 512]);

/// Sends one message with descriptors; `wait` as in [`send`].
pub(crate) fn send_with(
    to: BorrowedFd<'_>,
    message: &[u8],
    fds: &[BorrowedFd<'_>],
    wait: bool,
) -> io::Result<()> {
    let flags = libc::MSG_NOSIGNAL | if wait { 0 } else { libc::MSG_DONTWAIT };
    let raw: Vec<RawFd> = fds.iter().map(AsRawFd::as_raw_fd).collect();
    if raw.len() > FDS_MAX {
        return Err(ErrorKind::InvalidInput.into());
    }
    let mut control = Control([0; 512]);
    let mut part = libc::iovec { iov_base: message.as_ptr().cast_mut().cast(), iov_len: message.len() };
    // SAFETY: all-zero is a valid message header.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    (header.msg_iov, header.msg_iovlen) = (&raw mut part, 1);
    let bytes = size_of_val(raw.as_slice()) as u32;
    // SAFETY: the control data fits: 64 descriptors of 4 bytes and a header of 16 are less than 512 bytes. `CMSG_FIRSTHDR`
    // is then not null, and its data has room for `bytes`.
    unsafe {
        header.msg_control = control.0.as_mut_ptr().cast();
        header.msg_controllen = libc::CMSG_SPACE(bytes) as _;
        let first = libc::CMSG_FIRSTHDR(&raw const header);
        ((*first).cmsg_level, (*first).cmsg_type) = (libc::SOL_SOCKET, libc::SCM_RIGHTS);
        (*first).cmsg_len = libc::CMSG_LEN(bytes) as _;
        std::ptr::copy_nonoverlapping(raw.as_ptr().cast::<u8>(), libc::CMSG_DATA(first), bytes as usize);
    }
    // SAFETY: the header leads to the message and the control data, both alive.
    retried(|| unsafe { libc::sendmsg(to.as_raw_fd(), &raw const header, flags) }).map(drop)
}

/// Receives one message and its descriptors.
pub(crate) fn receive_with(from: BorrowedFd<'_>, room: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
    let mut control = Control([0; 512]);
    let mut part = libc::iovec { iov_base: room.as_mut_ptr().cast(), iov_len: room.len() };
    // SAFETY: all-zero is a valid message header.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    (header.msg_iov, header.msg_iovlen) = (&raw mut part, 1);
    (header.msg_control, header.msg_controllen) = (control.0.as_mut_ptr().cast(), control.0.len() as _);
    let got = retried(|| {
        // SAFETY: the header leads to writable room for message and control data.
        unsafe { libc::recvmsg(from.as_raw_fd(), &raw mut header, libc::MSG_CMSG_CLOEXEC) }
    })?;
    let mut fds = Vec::new();
    // SAFETY: the kernel filled the control data that the header leads to; each header lies within it, and a message of
    // rights holds as many descriptors as its length says, each of which is ours now.
    unsafe {
        let mut next = libc::CMSG_FIRSTHDR(&raw const header);
        while !next.is_null() {
            if ((*next).cmsg_level, (*next).cmsg_type) == (libc::SOL_SOCKET, libc::SCM_RIGHTS) {
                let bytes = (*next).cmsg_len as usize - libc::CMSG_LEN(0) as usize;
                let first = libc::CMSG_DATA(next).cast::<RawFd>();
                let each = (0..bytes / size_of::<RawFd>()).map(|index| first.add(index).read_unaligned());
                fds.extend(each.map(|fd| OwnedFd::from_raw_fd(fd)));
            }
            next = libc::CMSG_NXTHDR(&raw const header, next);
        }
    }
    Ok((got, fds))
}

/// Which of two descriptors have something to say within `timeout` (for ever without one): readable, or ended.
pub(crate) fn wait(fds: [BorrowedFd<'_>; 2], timeout: Option<Duration>) -> io::Result<[bool; 2]> {
    let entry = |fd: BorrowedFd<'_>| libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let mut entries = fds.map(entry);
    let time = timeout.map(|time| libc::timespec {
        tv_sec: time.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: time.subsec_nanos().into(),
    });
    let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the entries are writable, the time is null or readable, and there is no signal mask.
    let ready = unsafe { libc::ppoll(entries.as_mut_ptr(), entries.len() as _, time, std::ptr::null()) };
    match ready {
        0.. => Ok(entries.map(|entry| entry.revents != 0)),
        _ => match Error::last_os_error() {
            error if error.kind() == ErrorKind::Interrupted => Ok([false; 2]),
            error => Err(error),
        },
    }
}

/// Makes a call again while a signal interrupts it.
fn retried(mut call: impl FnMut() -> isize) -> io::Result<usize> {
    loop {
        match usize::try_from(call()) {
            Ok(done) => return Ok(done),
            Err(_) => match Error::last_os_error() {
                error if error.kind() == ErrorKind::Interrupted => {}
                error => return Err(error),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_message_is_a_datagram_and_descriptors_arrive_with_it() {
        let (here, there) = pair().unwrap();
        let (mut reader, mut writer) = io::pipe().unwrap();
        send_with(here.as_fd(), b"hello", &[writer.as_fd(), writer.as_fd()], true).unwrap();
        send(here.as_fd(), b"again", true).unwrap();
        let mut room = [0; 64];
        let (got, fds) = receive_with(there.as_fd(), &mut room).unwrap();
        assert_eq!((&room[..got], fds.len()), (&b"hello"[..], 2));
        writer.write_all(b"a").unwrap();
        drop(writer);
        File::from(fds.into_iter().next().unwrap()).write_all(b"b").unwrap();
        let mut said = String::new();
        reader.read_to_string(&mut said).unwrap();
        assert_eq!(said, "ab");
        let got = receive(there.as_fd(), &mut room).unwrap();
        assert_eq!(&room[..got], b"again");
        drop(here);
        assert_eq!(receive(there.as_fd(), &mut room).unwrap(), 0);
    }

    #[test]
    fn waiting_ends_with_the_time_or_with_what_is_said() {
        let (here, there) = pair().unwrap();
        let (other, _kept) = pair().unwrap();
        let fds = || [there.as_fd(), other.as_fd()];
        assert_eq!(wait(fds(), Some(Duration::from_millis(1))).unwrap(), [false, false]);
        send(here.as_fd(), b"x", true).unwrap();
        assert_eq!(wait(fds(), None).unwrap(), [true, false]);
    }
}
