// SPDX-License-Identifier: MIT
// The token of the tests: the smallest ERC-20 that can pay, refuse and misbehave. Not for use with money.
//
// token.hex beside this file is its creation bytecode: npm solc 0.8.37, optimizer on with 200 runs, evmVersion "paris",
// metadata.bytecodeHash "none", metadata.appendCBOR false.
pragma solidity 0.8.37;

contract Token {
    uint8 public constant decimals = 6;
    mapping(address => uint256) public balanceOf;
    bool public paused;
    /// Thousandths that a transfer silently keeps back, as some tokens do.
    uint256 public feePerMille;

    event Transfer(address indexed from, address indexed to, uint256 value);

    constructor(uint256 supply) {
        balanceOf[msg.sender] = supply;
        emit Transfer(address(0), msg.sender, supply);
    }

    function pause(bool on) external {
        paused = on;
    }

    function keepBack(uint256 perMille) external {
        feePerMille = perMille;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        require(!paused, "paused");
        require(balanceOf[msg.sender] >= value, "balance");
        uint256 kept = value * feePerMille / 1000;
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value - kept;
        emit Transfer(msg.sender, to, value - kept);
        return true;
    }
}
